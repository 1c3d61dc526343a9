import { setTimeout as delay } from "node:timers/promises";
import { shareItem } from "@agentwire/kit/server";
import type { Connection, Sink } from "./connection.js";
import type { KnownEvent } from "./event.js";
import type { KeptSession } from "./kept-session.js";

/** Events that wait for a tap; one that is further behind is cut off. */
const MAX_BEHIND = 10_000;

/** Milliseconds that a new connection waits for what others of its agent have received. */
const CONFIRM_PATIENCE_MS = 500;

/** The code and reason with which connections are closed. */
export const NO_LONGER_GOOD = [4401, "the token is no longer good"] as const;

/** Who is connected, and who has to hear when something happens in a session. */
export class Hub {
  readonly #connections = new Map<string, Set<Connection>>();
  readonly #taps = new Map<Sink, number>();

  add(connection: Connection): void {
    const others = this.#connections.get(connection.handle);
    if (others) others.add(connection);
    else this.#connections.set(connection.handle, new Set([connection]));
  }

  /** False when it was not there any more. */
  remove(connection: Connection): boolean {
    const others = this.#connections.get(connection.handle);
    const wasThere = others?.delete(connection) ?? false;
    if (others?.size === 0) this.#connections.delete(connection.handle);
    return wasThere;
  }

  isOnline(handle: string): boolean {
    return this.#connections.has(handle);
  }

  /** Waits until it is known what an agent has received, but not for long. */
  async confirm(handle: string): Promise<void> {
    const confirmed = [...(this.#connections.get(handle) ?? [])].map((connection) => connection.confirm());
    if (confirmed.length > 0)
      await Promise.race([Promise.all(confirmed), delay(CONFIRM_PATIENCE_MS, undefined, { ref: false })]);
  }

  /** Resolves when all connections have ended. */
  async ended(): Promise<void> {
    const all = [...this.#connections.values()].flatMap((connections) => [...connections]);
    await Promise.allSettled(all.map(({ done }) => done));
  }

  /** Closes the connections of an agent whose token is no longer good; those with another token stay. */
  expel(handle: string, tokenHash: string): void {
    for (const connection of this.#connections.get(handle) ?? []) {
      if (connection.tokenHash === tokenHash) connection.close(...NO_LONGER_GOOD);
    }
  }

  /** The agent is no more: whoever has its handle later has nothing to do with these connections. */
  banish(handle: string): void {
    const connections = this.#connections.get(handle);
    this.#connections.delete(handle);
    for (const connection of connections ?? []) connection.close(...NO_LONGER_GOOD);
  }

  banishAll(): void {
    for (const handle of [...this.#connections.keys()]) this.banish(handle);
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
    try {
      if (tap.trySend(event)) return;
    } catch {
      tap.close(1011, "an event could not be sent");
      return;
    }
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
