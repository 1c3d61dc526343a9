import type {
  InitialMessage,
  MessageAccepted,
  NewMessage,
  SessionMessage,
  SessionView,
} from "@agentwire/models/session";
import { newId } from "../shared/ids.js";
import type { EventContent, KnownEvent } from "./event.js";
import { Participant, type ParticipantRecord } from "./participant.js";
import { refuse } from "./refusal.js";

/** A session as it is kept, beside its participants and events. */
export interface SessionRecord {
  readonly id: string;
  readonly topic?: string | undefined;
  readonly created_at: number;
  readonly ended_at?: number | undefined;
  readonly sent_and_ended?: boolean | undefined;
}

/** What has happened in a session since it was last asked; it becomes durable all at once. */
export interface SessionChanges {
  /** In their order, without a gap after those that were given before. */
  readonly events: readonly KnownEvent[];
  /** Undefined where nothing in it has changed. */
  readonly record: SessionRecord | undefined;
  readonly participants: readonly ParticipantRecord[];
  readonly forgotten: readonly string[];
}

/**
 * One session: who is in it, and what happens next. Every change is an event, made in the same step, with a gapless
 * sequence from 1 on. Who may be invited is not decided here; the handles that come in are those that can be reached.
 */
export class Session {
  readonly id: string;
  readonly topic: string | undefined;
  readonly #participants = new Map<string, Participant>();
  readonly #createdAt: number;
  #endedAt: number | undefined;
  /** It was ended as it was created, so those it invited have no other way to answer than to reopen it. */
  #sentAndEnded: boolean;
  /** The sequence of the last event. */
  #last: number;
  #fresh: KnownEvent[] = [];
  #changed = false;
  readonly #changedParticipants = new Set<Participant>();
  readonly #forgotten = new Set<string>();

  /** @param last how many events it has had */
  constructor(
    kept: SessionRecord,
    participants: readonly ParticipantRecord[],
    last: number,
    private readonly now: () => number,
  ) {
    this.id = kept.id;
    this.topic = kept.topic;
    this.#createdAt = kept.created_at;
    this.#endedAt = kept.ended_at;
    this.#sentAndEnded = kept.sent_and_ended ?? false;
    this.#last = last;
    for (const record of participants) {
      this.#participants.set(record.handle, new Participant(this.id, record.handle, record));
    }
  }

  /** A new session, in which its creator is alone. */
  static create(creator: string, topic: string | undefined, now: () => number): Session {
    const session = new Session({ id: newId("sess"), topic, created_at: now() }, [], 0, now);
    session.#changed = true;
    session.#become(session.#participantFor(creator), "joined");
    return session;
  }

  get active(): boolean {
    return this.#endedAt === undefined;
  }

  get participants(): Iterable<Participant> {
    return this.#participants.values();
  }

  /** @throws Problem `not_found` for an agent that is not and never was in the session */
  participant(handle: string): Participant {
    const participant = this.#participants.get(handle);
    if (!participant) throw refuse.notFound();
    return participant;
  }

  has(handle: string): boolean {
    return this.#participants.has(handle);
  }

  /** Is it in the session now, and the session going on? */
  holds(handle: string): boolean {
    return this.active && this.#participants.get(handle)?.status === "joined";
  }

  /** What has changed since the last call. */
  changes(): SessionChanges {
    const changes: SessionChanges = {
      events: this.#fresh,
      record: this.#changed ? this.#record() : undefined,
      participants: [...this.#changedParticipants].map((participant) => participant.record()),
      forgotten: [...this.#forgotten],
    };
    this.#fresh = [];
    this.#changed = false;
    this.#changedParticipants.clear();
    this.#forgotten.clear();
    return changes;
  }

  /** Takes care that a later agent of the same handle has nothing to do with what this one was in. */
  forget(handle: string): void {
    this.putOut(handle, "left");
    const participant = this.#participants.get(handle);
    if (!participant) return;
    this.#participants.delete(handle);
    this.#changedParticipants.delete(participant);
    this.#forgotten.add(handle);
  }

  /** The first invitations and the first message, before anybody else can know of the session. */
  begin(
    creator: string,
    invite: readonly string[],
    message: InitialMessage | undefined,
    end: boolean,
  ): number | undefined {
    // The invitations of a session that is ended at once carry the message, which comes after them.
    const first = message && this.#message(creator, message, this.#last + invite.length + 1);
    for (const invitee of invite) this.#invite(invitee, creator, end ? first : undefined);
    if (first) this.#append({ type: "session.message", payload: first });
    if (end) {
      this.#end(creator);
      this.#sentAndEnded = true;
    }
    return first?.sequence;
  }

  join(handle: string): void {
    const participant = this.participant(handle);
    this.#refuseEnded();
    if (participant.status === "joined") return;
    if (participant.status === "left") throw refuse.notInvited();
    this.#become(participant, "joined");
    this.#append({ type: "session.joined", payload: { agent: handle } });
  }

  /** Invites those who are not invited or in already, and says whom. */
  invite(by: string, handles: readonly string[]): string[] {
    this.checkSpeaker(by);
    const wanted = [...new Set(handles)].filter((handle) => {
      const status = this.#participants.get(handle)?.status;
      return status === undefined || status === "left";
    });
    for (const invitee of wanted) this.#invite(invitee, by);
    return wanted;
  }

  send(sender: string, { idempotency_key: key, ...message }: NewMessage): MessageAccepted {
    this.checkSpeaker(sender);
    const payload = this.#message(sender, message, this.#last + 1);
    this.#append({
      type: "session.message",
      payload: key === undefined ? payload : { ...payload, idempotency_key: key },
    });
    return { message_id: payload.id, sequence: payload.sequence };
  }

  leave(handle: string): void {
    this.checkSpeaker(handle);
    this.putOut(handle, "left");
  }

  end(handle: string): void {
    this.checkSpeaker(handle);
    this.#end(handle);
  }

  /** @param reach those who may be invited, of everybody who was in and whoever is named besides */
  reopen(
    handle: string,
    others: readonly string[],
    reach: (handle: string) => boolean,
    message?: InitialMessage,
  ): void {
    const caller = this.participant(handle);
    if (this.active) throw refuse.active();
    const may = caller.status === "joined" || (caller.status === "invited" && this.#sentAndEnded);
    if (!may) throw refuse.notJoined();
    this.#endedAt = undefined;
    this.#sentAndEnded = false;
    this.#changed = true;
    if (caller.status !== "joined") this.#become(caller, "joined");
    this.#append({ type: "session.reopened", payload: { reopened_by: handle } });
    // All at once, before the invitations: nobody who was in sees those of the others.
    const before = [...this.participants].filter((participant) => participant !== caller);
    for (const participant of before) this.#become(participant, reach(participant.handle) ? "invited" : "left");
    const invite = new Set([...before.map((participant) => participant.handle), ...others]);
    for (const invitee of invite) if (invitee !== handle && reach(invitee)) this.#invite(invitee, handle);
    if (message) this.#append({ type: "session.message", payload: this.#message(handle, message, this.#last + 1) });
  }

  /** Puts a participant out of an active session; when nobody remains, the session ends. */
  putOut(handle: string, reason: "left" | "grace_expired"): void {
    if (!this.holds(handle)) return;
    this.#out(this.participant(handle), reason);
    if (!this.#joined().next().value) this.#end();
  }

  /** Puts out whom the other has blocked, or takes its invitation back. A session that was only of the two ends. */
  separate(blocker: string, blocked: string): void {
    const status = this.#participants.get(blocked)?.status;
    if (!this.holds(blocker) || status === undefined || status === "left") return;
    this.#out(this.participant(blocked), "left");
    if (status === "joined" && [...this.#joined()].length === 1) this.#end();
  }

  /** Says that a participant has lost its connections, or has one again. */
  presence(handle: string, type: "session.disconnected" | "session.reconnected"): void {
    this.#append({ type, payload: { agent: handle } });
  }

  view(): SessionView {
    return {
      id: this.id,
      state: this.active ? "active" : "ended",
      ...(this.topic === undefined ? {} : { topic: this.topic }),
      participants: [...this.participants].map((participant) => participant.view()),
      created_at: this.#createdAt,
      ...(this.#endedAt === undefined ? {} : { ended_at: this.#endedAt }),
    };
  }

  /**
   * Membership, then the state, then the standing: an outsider must not learn whether a session has ended.
   * @throws Problem `not_found`, `session_ended`, `not_joined`
   */
  checkSpeaker(handle: string): void {
    const participant = this.participant(handle);
    this.#refuseEnded();
    if (participant.status !== "joined") throw refuse.notJoined();
  }

  *#joined(): Generator<Participant, undefined> {
    for (const participant of this.participants) if (participant.status === "joined") yield participant;
  }

  #refuseEnded(): void {
    if (!this.active) throw refuse.ended();
  }

  #out(participant: Participant, reason: "left" | "grace_expired"): void {
    this.#append({ type: "session.left", payload: { agent: participant.handle, reason } });
    this.#become(participant, "left");
  }

  #participantFor(handle: string): Participant {
    const known = this.#participants.get(handle);
    if (known) return known;
    const participant = new Participant(this.id, handle);
    this.#participants.set(handle, participant);
    return participant;
  }

  #become(participant: Participant, status: "invited" | "joined" | "left"): void {
    participant.become(status, this.#last, this.now());
    this.#changedParticipants.add(participant);
  }

  #invite(invitee: string, by: string, message?: SessionMessage): void {
    const participant = this.#participantFor(invitee);
    this.#become(participant, "invited");
    const topic = this.topic === undefined ? {} : { topic: this.topic };
    const initial = message === undefined ? {} : { initial_message: message };
    this.#append({ type: "session.invited", payload: { invitee, by, ...topic, ...initial } });
    participant.show(this.#last);
  }

  #end(by?: string): void {
    this.#append({ type: "session.ended", payload: by === undefined ? {} : { ended_by: by } });
    this.#endedAt = this.now();
    this.#changed = true;
    for (const participant of this.participants) {
      if (participant.status !== "invited") continue;
      participant.show(this.#last);
      this.#changedParticipants.add(participant);
    }
  }

  #message(sender: string, message: InitialMessage, sequence: number): SessionMessage {
    return { id: newId("msg"), session_id: this.id, sender, sequence, ...message, created_at: this.now() };
  }

  #append(content: EventContent): void {
    this.#last += 1;
    const place = { session_id: this.id, event_id: newId("evt"), sequence: this.#last, created_at: this.now() };
    this.#fresh.push({ ...content, ...place } as KnownEvent);
  }

  #record(): SessionRecord {
    return {
      id: this.id,
      topic: this.topic,
      created_at: this.#createdAt,
      ended_at: this.#endedAt,
      sent_and_ended: this.#sentAndEnded || undefined,
    };
  }
}
