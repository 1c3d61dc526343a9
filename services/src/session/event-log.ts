import type { Storage } from "../storage/storage.js";
import type { KnownEvent } from "./event.js";

/** Latest events of a session that stay in memory; who is further behind reads from the storage. */
const RECENT = 256;

/** Events that are read from the storage at once. */
const PAGE = 512;

/**
 * The events of one session that are durable, by their sequence from 1 on. There is no other way to an event, so nobody
 * ever sees one that a crash takes back.
 */
export class EventLog {
  /** The last events, of which the first has the sequence `#firstRecent`. */
  #recent: KnownEvent[] = [];
  #firstRecent: number;

  /** @param length how many events the stream has in the storage */
  constructor(
    private readonly storage: Storage,
    private readonly stream: string,
    length: number,
  ) {
    this.#firstRecent = length + 1;
  }

  /** The sequence of the last event. */
  get length(): number {
    return this.#firstRecent - 1 + this.#recent.length;
  }

  /** Adds events that have just become durable, in their order. */
  publish(events: readonly KnownEvent[]): void {
    this.#recent.push(...events);
    if (this.#recent.length <= 2 * RECENT) return;
    const forgotten = this.#recent.length - RECENT;
    this.#recent = this.#recent.slice(forgotten);
    this.#firstRecent += forgotten;
  }

  /** The event with this sequence, where it is in memory. */
  recent(sequence: number): KnownEvent | undefined {
    return this.#recent[sequence - this.#firstRecent];
  }

  /** Some events from a sequence on, at most `limit`; none only where there are none yet. @throws StorageError */
  async read(from: number, limit = PAGE): Promise<readonly KnownEvent[]> {
    if (from >= this.#firstRecent) {
      const start = from - this.#firstRecent;
      return this.#recent.slice(start, start + limit);
    }
    return await this.storage.events<KnownEvent>(this.stream, from - 1, Math.min(limit, this.#firstRecent - from));
  }
}
