import type { Document, DocumentKey } from "../storage/storage.js";
import { collections } from "./documents.js";
import type { KeptSession } from "./kept-session.js";

/** What is kept of an agent that is connected or was a moment ago; for one that is away, the sessions that know it. */
export interface PresenceRecord {
  readonly handle: string;
  readonly told?: readonly string[];
}

/** An agent that has lost its last connection: the sessions it was in, whether they know, and when it is out. */
interface Absence {
  readonly sessions: readonly KeptSession[];
  readonly told: boolean;
  readonly timer: NodeJS.Timeout;
}

export interface PresenceOptions {
  /** Milliseconds an agent may be away. */
  readonly graceMs: number;
  /** The active sessions that an agent has joined. */
  readonly joinedBy: (handle: string) => KeptSession[];
  readonly session: (id: string) => KeptSession | undefined;
  /** Makes what has happened durable. Never rejects. */
  readonly commit: (sessions: readonly KeptSession[], presence: Document | DocumentKey) => void;
}

/** Tells sessions who comes and goes, and puts out who stays away. */
export class Presence {
  readonly #absences = new Map<string, Absence>();
  #stopped = false;

  constructor(private readonly options: PresenceOptions) {}

  /**
   * Goes on from what the last process knew. Who was connected then has the whole grace period to come back, and nobody
   * hears of it unless it does not.
   */
  resume({ handle, told }: PresenceRecord): void {
    const { session, joinedBy } = this.options;
    const known = told?.flatMap((id) => session(id) ?? []);
    this.#await(handle, known ?? joinedBy(handle), known !== undefined);
  }

  /** The agent has a connection. */
  arrived(handle: string): void {
    const absence = this.forget(handle);
    const back = absence?.told ? absence.sessions.filter(stillIn(handle)) : [];
    for (const { current } of back) current.presence(handle, "session.reconnected");
    this.options.commit(back, document({ handle }));
  }

  /** The agent has lost its last connection. */
  departed(handle: string): void {
    if (this.#stopped) return;
    const sessions = this.options.joinedBy(handle).filter(stillIn(handle));
    if (sessions.length === 0) {
      this.options.commit([], key(handle));
      return;
    }
    for (const { current } of sessions) current.presence(handle, "session.disconnected");
    this.options.commit(sessions, document({ handle, told: sessions.map(({ id }) => id) }));
    this.#await(handle, sessions, true);
  }

  /** Takes no more notice of an absence. */
  forget(handle: string): Absence | undefined {
    const absence = this.#absences.get(handle);
    clearTimeout(absence?.timer);
    this.#absences.delete(handle);
    return absence;
  }

  /** From now on connections close because the service does, which says nothing about the agents. */
  stop(): void {
    this.#stopped = true;
    for (const handle of [...this.#absences.keys()]) this.forget(handle);
  }

  #await(handle: string, sessions: readonly KeptSession[], told: boolean): void {
    const timer = setTimeout(() => this.#expire(handle), this.options.graceMs).unref();
    this.#absences.set(handle, { sessions, told, timer });
  }

  #expire(handle: string): void {
    const out = (this.forget(handle)?.sessions ?? []).filter(stillIn(handle));
    for (const { current } of out) current.putOut(handle, "grace_expired");
    this.options.commit(out, key(handle));
  }
}

/** Where it still is: it may have left, or the session may have ended, while it was away. */
function stillIn(handle: string): (kept: KeptSession) => boolean {
  return ({ session, broken }) => !broken && session.holds(handle);
}

function key(handle: string): DocumentKey {
  return { collection: collections.presence, id: handle };
}

function document(record: PresenceRecord): Document {
  return { ...key(record.handle), body: record };
}
