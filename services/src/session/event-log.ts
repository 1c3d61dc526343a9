import { RecentEvents } from "../storage/recent-events.js";
import type { Storage } from "../storage/storage.js";
import type { KnownEvent } from "./event.js";

/** Latest events of a session that stay in memory. There may be many sessions. */
const RECENT = 128;

/** Events that are read at once. */
const PAGE = 512;

/**
 * The events of one session that are durable, by their sequence from 1 on. There is no other way to an event, so nobody
 * ever sees one that a crash takes back.
 */
export class EventLog {
  readonly #events: RecentEvents<KnownEvent>;

  /** @param length how many events the stream has in the storage */
  constructor(storage: Storage, stream: string, length: number) {
    this.#events = new RecentEvents(storage, stream, length, RECENT);
  }

  /** The sequence of the last event. */
  get length(): number {
    return this.#events.length;
  }

  /** Adds events that have just become durable, in their order. */
  publish(events: readonly KnownEvent[]): void {
    for (const event of events) this.#events.push(event);
  }

  /** The event with this sequence, where it is in memory. */
  recent(sequence: number): KnownEvent | undefined {
    return this.#events.at(sequence - 1);
  }

  /** Some events from a sequence on, at most `limit`; none only where there are none yet. @throws StorageError */
  async read(from: number, limit = PAGE): Promise<readonly KnownEvent[]> {
    return await this.#events.read(from - 1, limit);
  }
}
