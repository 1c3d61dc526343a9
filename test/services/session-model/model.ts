/**
 * The protocol as a small machine: what is said to whom is decided once, when it happens, by giving every event to
 * those who may see it. Nothing here is shared with the service.
 */

export type Status = "invited" | "joined" | "left";

/** What an answer has to be: a status, and a code or the members of a body. */
export interface Outcome {
  readonly status: number;
  readonly error?: string;
  readonly body?: object;
}

/** A message; its id and its time are the operator's to choose, once. */
export interface ModelMessage {
  readonly sender: string;
  readonly sequence: number;
  readonly content: unknown;
  readonly idempotency_key?: string;
}

export interface ModelEvent {
  readonly type: string;
  readonly sequence: number;
  /** What its payload has besides a message. */
  readonly payload: object;
  /** The payload of a message; of an invitation its `initial_message`. */
  readonly message?: ModelMessage;
}

/** One socket: what came, or has to come, of each session. */
export class Stream {
  readonly due = new Map<ModelSession, number[]>();

  constructor(readonly owner: ModelAgent) {}

  add(session: ModelSession, sequences: readonly number[]): void {
    this.due.set(session, [...(this.due.get(session) ?? []), ...sequences]);
  }
}

export class ModelAgent {
  policy = "open";
  readonly allowlist = new Set<string>();
  readonly blocks = new Set<string>();
  readonly streams = new Set<Stream>();
  /** The answers to its creations, by their keys. */
  readonly created = new Map<string, { readonly session: ModelSession; readonly sequence: number | undefined }>();
  /** The sessions that were told that it is gone. */
  absentFrom: ModelSession[] = [];

  constructor(readonly handle: string) {}

  permits({ handle }: ModelAgent): boolean {
    if (this.blocks.has(handle)) return false;
    return this.policy === "open" || this.allowlist.has(handle) || this.allowlist.has(handle.replace(/\..*/, ".*"));
  }
}

export class Member {
  status: Status = "invited";
  /** The numbers of the events that it may see. */
  sees: number[] = [];
  /** Those of them that none of its sockets has had. */
  missed: number[] = [];
  readonly keys = new Map<string, ModelMessage>();
  hasJoined = false;
  hasLeft = false;
}

export class ModelSession {
  /** The operator's to choose. */
  id = "";
  readonly events: ModelEvent[] = [];
  readonly members = new Map<string, Member>();
  active = true;
  /** Ended as it was created. */
  sentAndEnded = false;

  constructor(
    private readonly network: Model,
    readonly topic: string | undefined,
  ) {}

  joined(handle: string): boolean {
    return this.members.get(handle)?.status === "joined";
  }

  /** Something happens: all who have joined see it, and those for whom it is meant. */
  happens(
    type: string,
    payload: object,
    message?: ModelMessage,
    meantFor?: (handle: string, member: Member) => boolean,
  ) {
    const event = { type, sequence: this.events.length + 1, payload, ...(message ? { message } : {}) };
    this.events.push(event);
    for (const [handle, member] of this.members)
      if (member.status === "joined" || meantFor?.(handle, member)) this.#show(handle, member, [event.sequence]);
  }

  enter(handle: string): void {
    const member = this.#member(handle);
    Object.assign(member, { status: "joined", hasJoined: true, hasLeft: false });
  }

  /** Joining brings the whole session, from its start, without what it has had already. */
  join(handle: string): void {
    this.transcript(handle);
    this.enter(handle);
    this.happens("joined", { agent: handle });
  }

  transcript(handle: string): void {
    const member = this.#member(handle);
    const had = new Set(member.sees.filter((sequence) => !member.missed.includes(sequence)));
    Object.assign(member, { sees: [...had], missed: [] });
    this.#show(
      handle,
      member,
      this.events.flatMap(({ sequence }) => (had.has(sequence) ? [] : [sequence])),
    );
    member.sees.sort((a, b) => a - b);
  }

  invite(handle: string, by: string, message?: ModelMessage): void {
    this.#member(handle).status = "invited";
    const topic = this.topic === undefined ? {} : { topic: this.topic };
    this.happens("invited", { invitee: handle, by, ...topic }, message, (other) => other === handle);
  }

  say(sender: string, content: unknown, key?: string): ModelMessage {
    const more = key === undefined ? {} : { idempotency_key: key };
    const message = { sender, content, sequence: this.events.length + 1, ...more };
    this.happens("message", {}, message);
    return message;
  }

  end(by?: string): void {
    this.happens("ended", by === undefined ? {} : { ended_by: by }, undefined, (_, { status }) => status === "invited");
    this.active = false;
  }

  putOut(handle: string, reason: string): void {
    if (!this.active || !this.joined(handle)) return;
    this.out(handle, reason);
    if (this.countJoined() === 0) this.end();
  }

  out(handle: string, reason: string): void {
    this.happens("left", { agent: handle, reason });
    Object.assign(this.#member(handle), { status: "left", hasLeft: true });
  }

  countJoined(): number {
    return [...this.members.values()].filter(({ status }) => status === "joined").length;
  }

  #member(handle: string): Member {
    const member = this.members.get(handle) ?? new Member();
    this.members.set(handle, member);
    return member;
  }

  #show(handle: string, member: Member, sequences: readonly number[]): void {
    member.sees.push(...sequences);
    const streams = this.network.streamsOf(handle);
    for (const stream of streams) stream.add(this, sequences);
    if (streams.size === 0) member.missed.push(...sequences);
  }
}

const refusal = (status: number, error: string): Outcome => ({ status, error });
const OK: Outcome = { status: 200, body: { ok: true } };
const NOT_FOUND = refusal(404, "not_found");
const ENDED = refusal(409, "session_ended");
const NOT_JOINED = refusal(403, "not_joined");

export class Model {
  readonly agents = new Map<string, ModelAgent>();
  /** In the order in which they were created. */
  readonly sessions: ModelSession[] = [];

  /** @param grace whether who has lost its last socket is out at once, or never */
  constructor(private readonly grace: "none" | "endless") {}

  add(handle: string): void {
    this.agents.set(handle, new ModelAgent(handle));
  }

  streamsOf(handle: string): ReadonlySet<Stream> {
    return this.agents.get(handle)?.streams ?? new Set();
  }

  reaches(from: string, to: string): boolean {
    const [a, b] = [this.agents.get(from), this.agents.get(to)];
    return a !== undefined && b !== undefined && a.permits(b) && b.permits(a);
  }

  create(caller: ModelAgent, invite: readonly string[], content?: string, end = false, topic?: string, key?: string) {
    const known = key === undefined ? undefined : caller.created.get(key);
    if (known) return { outcome: created(known.sequence), session: known.session };
    const wanted = [...new Set(invite)].filter((handle) => handle !== caller.handle);
    if (!wanted.every((handle) => this.reaches(caller.handle, handle))) return { outcome: NOT_FOUND };
    const session = new ModelSession(this, topic);
    this.sessions.push(session);
    session.enter(caller.handle);
    const sequence = content === undefined ? undefined : wanted.length + 1;
    const message = sequence === undefined ? undefined : { sender: caller.handle, content, sequence };
    for (const handle of wanted) session.invite(handle, caller.handle, end ? message : undefined);
    if (message) session.happens("message", {}, message);
    if (end) session.end(caller.handle);
    session.sentAndEnded = end;
    if (key !== undefined) caller.created.set(key, { session, sequence });
    return { outcome: created(sequence), session };
  }

  join({ handle }: ModelAgent, session: ModelSession | undefined): Outcome {
    const status = session?.members.get(handle)?.status;
    if (!session || !status) return NOT_FOUND;
    if (!session.active) return ENDED;
    if (status === "left") return refusal(409, "not_invited");
    if (status === "invited") session.join(handle);
    return OK;
  }

  invite(caller: ModelAgent, session: ModelSession | undefined, handles: readonly string[]): Outcome {
    return this.#asSpeaker(caller, session, (session) => {
      const invited = [...new Set(handles)].filter((handle) => {
        const status = session.members.get(handle)?.status ?? "left";
        return handle !== caller.handle && status === "left" && this.reaches(caller.handle, handle);
      });
      for (const handle of invited) session.invite(handle, caller.handle);
      return { status: 200, body: { invited } };
    });
  }

  send(caller: ModelAgent, session: ModelSession | undefined, content: string, key?: string) {
    let message: ModelMessage | undefined;
    const outcome = this.#asSpeaker(caller, session, (session) => {
      const keys = session.members.get(caller.handle)?.keys ?? new Map<string, ModelMessage>();
      message = key === undefined ? undefined : keys.get(key);
      message ??= session.say(caller.handle, content, key);
      if (key !== undefined) keys.set(key, message);
      return { status: 201, body: { sequence: message.sequence } };
    });
    return { outcome, message };
  }

  leave(caller: ModelAgent, session: ModelSession | undefined): Outcome {
    return this.#asSpeaker(caller, session, (session) => {
      session.putOut(caller.handle, "left");
      return OK;
    });
  }

  end(caller: ModelAgent, session: ModelSession | undefined): Outcome {
    return this.#asSpeaker(caller, session, (session) => {
      session.end(caller.handle);
      return OK;
    });
  }

  reopen(caller: ModelAgent, session: ModelSession | undefined, invite: readonly string[], content?: string): Outcome {
    const member = session?.members.get(caller.handle);
    if (!session || !member) return NOT_FOUND;
    if (session.active) return refusal(409, "session_active");
    const wasIn = member.status === "joined";
    if (!wasIn && !(member.status === "invited" && session.sentAndEnded)) return NOT_JOINED;
    session.active = true;
    session.sentAndEnded = false;
    if (!wasIn) session.transcript(caller.handle);
    session.enter(caller.handle);
    session.happens("reopened", { reopened_by: caller.handle });
    const others = [...session.members.keys()].filter((handle) => handle !== caller.handle);
    for (const handle of others) {
      const back = this.reaches(caller.handle, handle);
      Object.assign(
        session.members.get(handle) ?? {},
        back ? { status: "invited" } : { status: "left", hasLeft: true },
      );
    }
    for (const handle of new Set([...others, ...invite]))
      if (handle !== caller.handle && this.reaches(caller.handle, handle)) session.invite(handle, caller.handle);
    if (content !== undefined) session.say(caller.handle, content);
    return OK;
  }

  /** A socket opens; it gets what none of the agent's has had. */
  connect(agent: ModelAgent): Stream {
    const stream = new Stream(agent);
    if (agent.streams.size === 0) {
      for (const session of this.sessions) {
        const member = session.members.get(agent.handle);
        if (!member) continue;
        stream.add(session, member.missed);
        member.missed = [];
      }
    }
    agent.streams.add(stream);
    for (const session of agent.absentFrom)
      if (session.active && session.joined(agent.handle)) session.happens("reconnected", { agent: agent.handle });
    agent.absentFrom = [];
    return stream;
  }

  /** A socket closes. */
  disconnect(agent: ModelAgent, stream: Stream): void {
    agent.streams.delete(stream);
    if (agent.streams.size > 0) return;
    const sessions = this.in(agent);
    for (const session of sessions) session.happens("disconnected", { agent: agent.handle });
    if (this.grace === "endless") agent.absentFrom = sessions;
    else for (const session of sessions) session.putOut(agent.handle, "grace_expired");
  }

  /** The sessions that an agent is in. */
  in({ handle }: ModelAgent): ModelSession[] {
    return this.sessions.filter((session) => session.active && session.joined(handle));
  }

  block(blocker: ModelAgent, blocked: string): void {
    if (blocker.blocks.has(blocked)) return;
    blocker.blocks.add(blocked);
    for (const session of this.in(blocker)) {
      const status = session.members.get(blocked)?.status ?? "left";
      if (status === "left") continue;
      session.out(blocked, "left");
      if (status === "joined" && session.countJoined() === 1) session.end();
    }
  }

  /** An agent goes, and with it its part in everything; what it said stays. */
  remove({ handle }: ModelAgent): void {
    this.agents.delete(handle);
    for (const session of this.sessions) {
      session.putOut(handle, "left");
      session.members.delete(handle);
    }
  }

  /** The operator stops and starts: every socket is gone, and nobody is told. */
  restart(): void {
    for (const agent of this.agents.values()) agent.streams.clear();
  }

  /** Membership, then the session's state, then the caller's standing. */
  #asSpeaker(
    { handle }: ModelAgent,
    session: ModelSession | undefined,
    act: (session: ModelSession) => Outcome,
  ): Outcome {
    const member = session?.members.get(handle);
    if (!session || !member) return NOT_FOUND;
    if (!session.active) return ENDED;
    return member.status === "joined" ? act(session) : NOT_JOINED;
  }
}

function created(sequence: number | undefined): Outcome {
  return { status: 201, body: sequence === undefined ? {} : { sequence } };
}
