import type { KnownEvent } from "./event.js";
import type { Cursor } from "./participant.js";
import type { Session } from "./session.js";

/** Where a connection's events go; a channel of the server kit is one. */
export interface Sink {
  /** Resolves when the other side keeps up; rejects when it is gone. */
  send(event: KnownEvent): Promise<void>;
  close(code: number, reason: string): void;
  readonly signal: AbortSignal;
}

/**
 * One socket of an agent. It reads the sessions' own events, each at its own place, and so needs no queue: what a
 * slow client has not taken waits where it is kept anyway, and what was missed is sent by the same loop as what is new.
 */
export class Connection {
  /** How far this socket is; keyed by the agent's cursor, so that a new cursor starts over. */
  readonly #positions = new WeakMap<Cursor, number>();
  readonly #pending = new Set<Session>();
  #wake: () => void = () => undefined;

  constructor(
    readonly handle: string,
    /** The token it was opened with, as its hash. */
    readonly tokenHash: string,
    private readonly sink: Sink,
  ) {}

  /** There may be something new in a session. */
  notify(session: Session): void {
    this.#pending.add(session);
    this.#wake();
  }

  close(code: number, reason: string): void {
    this.sink.close(code, reason);
  }

  /** Sends what there is to send until the socket closes. Rejects when an event could not be sent. */
  async run(): Promise<void> {
    const { signal } = this.sink;
    while (!signal.aborted) {
      const [session] = this.#pending;
      if (session) {
        this.#pending.delete(session);
        await this.#deliver(session);
      } else {
        await this.#change();
      }
    }
  }

  async #deliver(session: Session): Promise<void> {
    while (session.has(this.handle)) {
      const participant = session.participant(this.handle);
      const { cursor } = participant;
      const event = session.events[this.#positions.get(cursor) ?? cursor.at];
      if (!event) return;
      this.#positions.set(cursor, event.sequence);
      if (participant.sees(event)) await this.sink.send(event);
      // The agent has it as soon as one of its sockets has.
      cursor.at = Math.max(cursor.at, event.sequence);
    }
  }

  #change(): Promise<void> {
    const { signal } = this.sink;
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
