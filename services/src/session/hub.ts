import { shareItem } from "@agentwire/kit/server";
import type { Connection, Sink } from "./connection.js";
import type { KnownEvent } from "./event.js";
import type { KeptSession } from "./kept-session.js";

/** Events that wait for a tap; one that is further behind is cut off. */
const MAX_BEHIND = 10_000;

/** Who is connected, and who has to hear when something happens in a session. */
export class Hub {
  readonly #connections = new Map<string, Set<Connection>>();
  readonly #taps = new Map<Sink, number>();

  add(connection: Connection): void {
    const others = this.#connections.get(connection.handle);
    if (others) others.add(connection);
    else this.#connections.set(connection.handle, new Set([connection]));
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

  /** Lets everybody know of what has just become durable in a session. */
  publish(kept: KeptSession, events: readonly KnownEvent[]): void {
    for (const event of events) shareItem(event);
    if (this.#connections.size > 0) {
      for (const { handle } of kept.session.participants) this.notify(handle, kept);
    }
    for (const tap of this.#taps.keys()) for (const event of events) this.#tell(tap, event);
  }

  /** Has an agent sent what it may hear of a session. */
  notify(handle: string, kept: KeptSession): void {
    for (const connection of this.#connections.get(handle) ?? []) connection.notify(kept);
  }

  /** Lets an administrator listen in until the channel closes. */
  async tap(sink: Sink): Promise<void> {
    this.#taps.set(sink, 0);
    await sink.closed;
    this.#taps.delete(sink);
  }

  #tell(tap: Sink, event: KnownEvent): void {
    if (tap.trySend(event)) return;
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
