import type {
  InitialMessage,
  MessageAccepted,
  NewMessage,
  NewSession,
  Reopening,
  SessionCreated,
  SessionEventList,
  SessionView,
} from "@agentwire/models/session";
import { canReach } from "./agent.js";
import { refuse } from "./refusal.js";
import { Session } from "./session.js";
import type { SessionStore } from "./store.js";

/** The largest page, and the one that is given to who does not ask. */
const MAX_EVENTS = 1000;

/** What agents do with sessions. */
export class Conversations {
  /** The answers to creations, by handle and idempotency key. */
  readonly #created = new Map<string, Map<string, SessionCreated>>();

  constructor(
    private readonly store: SessionStore,
    private readonly changed: (session: Session) => void,
    private readonly now: () => number,
  ) {}

  create(caller: string, body: NewSession): SessionCreated {
    const { idempotency_key: key, topic, initial_message: message, end_after_send: end = false } = body;
    const known = key === undefined ? undefined : this.#created.get(caller)?.get(key);
    if (known) return known;
    const invite = [...new Set(body.invite ?? [])].filter((handle) => handle !== caller);
    if (!invite.every((handle) => this.#reaches(caller, handle))) throw refuse.notFound();
    const session = new Session(caller, topic, this.now);
    const sequence = session.begin(caller, invite, message, end);
    this.store.putSession(session);
    const created = { session_id: session.id, ...(sequence === undefined ? {} : { sequence }) };
    if (key !== undefined) {
      const keys = this.#created.get(caller) ?? new Map<string, SessionCreated>();
      this.#created.set(caller, keys.set(key, created));
    }
    this.changed(session);
    return created;
  }

  /** The sessions that an agent is or was in, the one created first before the others. */
  list(caller: string): SessionView[] {
    return this.store.sessions().flatMap((session) => (session.has(caller) ? [session.view()] : []));
  }

  view(caller: string, id: string): SessionView {
    return this.#session(caller, id).view();
  }

  join(caller: string, id: string): void {
    this.#change(caller, id, (session) => session.join(caller));
  }

  invite(caller: string, id: string, handles: readonly string[]): string[] {
    return this.#change(caller, id, (session) => {
      session.checkInviter(caller);
      return session.invite(
        caller,
        handles.filter((handle) => handle !== caller && this.#reaches(caller, handle)),
      );
    });
  }

  send(caller: string, id: string, message: NewMessage): MessageAccepted {
    return this.#change(caller, id, (session) => session.send(caller, message));
  }

  leave(caller: string, id: string): void {
    this.#change(caller, id, (session) => session.leave(caller));
  }

  end(caller: string, id: string): void {
    this.#change(caller, id, (session) => session.end(caller));
  }

  reopen(caller: string, id: string, { invite = [], initial_message }: Reopening = {}): void {
    const reach = (handle: string): boolean => this.#reaches(caller, handle);
    const message: InitialMessage | undefined = initial_message;
    this.#change(caller, id, (session) => session.reopen(caller, invite, reach, message));
  }

  events(caller: string, id: string, after = 0, limit = MAX_EVENTS): SessionEventList {
    const session = this.#session(caller, id);
    const participant = session.participant(caller);
    const visible = session.events.slice(after).filter((event) => participant.sees(event));
    const events = visible.slice(0, limit);
    const last = events.at(-1);
    return { events, ...(visible.length > events.length && last ? { next_cursor: String(last.sequence) } : {}) };
  }

  /** The active sessions that an agent has joined. */
  joined(handle: string): Session[] {
    const isIn = (session: Session): boolean =>
      session.active && session.has(handle) && session.participant(handle).status === "joined";
    return this.store.sessions().filter(isIn);
  }

  /** Lets a block take effect on the sessions that both are in. */
  separate(blocker: string, blocked: string): void {
    for (const session of this.joined(blocker)) {
      session.separate(blocker, blocked);
      this.changed(session);
    }
  }

  /** Takes an agent out of everything. */
  forget(handle: string): void {
    this.#created.delete(handle);
    for (const session of this.store.sessions()) {
      session.forget(handle);
      this.changed(session);
    }
  }

  clear(): void {
    this.#created.clear();
  }

  #change<T>(caller: string, id: string, action: (session: Session) => T): T {
    const session = this.#session(caller, id);
    const result = action(session);
    this.changed(session);
    return result;
  }

  /** @throws Problem `not_found`, the same for a session that is not there and one the caller is not in */
  #session(caller: string, id: string): Session {
    const session = this.store.session(id);
    if (!session?.has(caller)) throw refuse.notFound();
    return session;
  }

  #reaches(caller: string, handle: string): boolean {
    const [from, to] = [this.store.agent(caller), this.store.agent(handle)];
    return from !== undefined && to !== undefined && canReach(from, to);
  }
}
