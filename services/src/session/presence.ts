import type { Session } from "./session.js";

/** An agent that has lost its last connection: the sessions that were told, and when it is out. */
interface Absence {
  readonly sessions: readonly Session[];
  readonly timer: NodeJS.Timeout;
}

export interface PresenceOptions {
  /** Milliseconds an agent may be away. */
  readonly graceMs: number;
  /** The active sessions that an agent has joined. */
  readonly sessionsOf: (handle: string) => Session[];
  readonly changed: (session: Session) => void;
}

/** Tells sessions who comes and goes, and puts out who stays away. */
export class Presence {
  readonly #absences = new Map<string, Absence>();
  #stopped = false;

  constructor(private readonly options: PresenceOptions) {}

  /** The agent has a connection. */
  arrived(handle: string): void {
    for (const session of this.forget(handle)) {
      if (!isIn(session, handle)) continue;
      session.presence(handle, "session.reconnected");
      this.options.changed(session);
    }
  }

  /** The agent has lost its last connection. */
  departed(handle: string): void {
    if (this.#stopped) return;
    const sessions = this.options.sessionsOf(handle);
    if (sessions.length === 0) return;
    for (const session of sessions) {
      session.presence(handle, "session.disconnected");
      this.options.changed(session);
    }
    const timer = setTimeout(() => this.#expire(handle), this.options.graceMs).unref();
    this.#absences.set(handle, { sessions, timer });
  }

  /** Takes no more notice of an absence, and says which sessions knew of it. */
  forget(handle: string): readonly Session[] {
    const absence = this.#absences.get(handle);
    clearTimeout(absence?.timer);
    this.#absences.delete(handle);
    return absence?.sessions ?? [];
  }

  /** From now on connections close because the service does, which says nothing about the agents. */
  stop(): void {
    this.#stopped = true;
    for (const handle of [...this.#absences.keys()]) this.forget(handle);
  }

  #expire(handle: string): void {
    for (const session of this.forget(handle)) {
      if (!isIn(session, handle)) continue;
      session.putOut(handle, "grace_expired");
      this.options.changed(session);
    }
  }
}

/** It may have left, or the session may have ended, while it was away. */
function isIn(session: Session, handle: string): boolean {
  return session.active && session.has(handle) && session.participant(handle).status === "joined";
}
