import { Connection, type Sink } from "./connection.js";
import type { KnownEvent } from "./event.js";
import type { Session } from "./session.js";

/** Events that wait for a tap; one that is further behind is cut off. */
const MAX_BEHIND = 10_000;

/** Who is connected, and who has to hear when something happens in a session. */
export class Hub {
  readonly #connections = new Map<string, Set<Connection>>();
  readonly #taps = new Map<Sink, number>();
  readonly #published = new WeakMap<Session, number>();

  open(handle: string, tokenHash: string, sink: Sink): Connection {
    const connection = new Connection(handle, tokenHash, sink);
    const others = this.#connections.get(handle) ?? new Set();
    this.#connections.set(handle, others.add(connection));
    return connection;
  }

  remove(connection: Connection): void {
    const others = this.#connections.get(connection.handle);
    others?.delete(connection);
    if (others?.size === 0) this.#connections.delete(connection.handle);
  }

  isOnline(handle: string): boolean {
    return this.#connections.has(handle);
  }

  /** Closes the connections of an agent whose token is no longer good; those with another token stay. */
  expel(handle: string, tokenHash: string): void {
    for (const connection of this.#connections.get(handle) ?? []) {
      if (connection.tokenHash === tokenHash) connection.close(4401, "the token is no longer good");
    }
  }

  expelAll(): void {
    for (const connections of this.#connections.values()) {
      for (const { handle, tokenHash } of connections) this.expel(handle, tokenHash);
    }
  }

  /** Lets everybody know of what is new in a session. */
  publish(session: Session): void {
    for (const { handle } of session.participants) {
      for (const connection of this.#connections.get(handle) ?? []) connection.notify(session);
    }
    const fresh = session.events.slice(this.#published.get(session) ?? 0);
    this.#published.set(session, session.events.length);
    for (const tap of this.#taps.keys()) for (const event of fresh) this.#tell(tap, event);
  }

  /** Lets an administrator listen in until the channel closes. */
  async tap(sink: Sink): Promise<void> {
    this.#taps.set(sink, 0);
    const closed = new Promise<void>((resolve) =>
      sink.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    if (!sink.signal.aborted) await closed;
    this.#taps.delete(sink);
  }

  #tell(tap: Sink, event: KnownEvent): void {
    const behind = (this.#taps.get(tap) ?? 0) + 1;
    if (behind > MAX_BEHIND) {
      tap.close(1013, "too slow");
      return;
    }
    this.#taps.set(tap, behind);
    const done = (): void => {
      if (this.#taps.has(tap)) this.#taps.set(tap, (this.#taps.get(tap) ?? 1) - 1);
    };
    // A tap that is gone is taken out by `tap` itself.
    tap.send(event).then(done, done);
  }
}
