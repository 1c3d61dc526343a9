import type { Document, Storage } from "./storage.js";

/** Latest events that stay in memory for those who follow; who is further behind reads from the storage. */
const RECENT = 1024;

/** Events that are read from the storage at once. */
const PAGE = 512;

/**
 * A stream of events with one writer and any number of readers, each at its own pace. An event reaches readers once it
 * is durable, so nobody ever sees one that a crash takes back.
 */
export class LiveStream<Event extends object> {
  /** The last events, of which the first has the number `#firstRecent`. */
  #recent: Event[] = [];
  #firstRecent: number;
  /** The number of the next event to append. */
  #next: number;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  /** @param length how many events the stream has in the storage */
  constructor(
    private readonly storage: Storage,
    readonly name: string,
    length = 0,
  ) {
    this.#firstRecent = length;
    this.#next = length;
  }

  /** How many events are durable, which is how many there are for readers. */
  get length(): number {
    return this.#firstRecent + this.#recent.length;
  }

  /** How many events are on their way to the disk. */
  get pending(): number {
    return this.#next - this.length;
  }

  /**
   * Appends an event, made for its number, together with documents. Resolves when all of it is durable.
   * @throws StorageError; then neither this event nor any after it that was on its way has been appended
   */
  async append(make: (seq: number) => Event, put?: readonly Document[]): Promise<void> {
    const seq = this.#next++;
    const event = make(seq);
    try {
      await this.storage.commit({ append: [{ stream: this.name, seq, event }], ...(put ? { put } : {}) });
    } catch (error) {
      this.#next = this.length;
      throw error;
    }
    this.#recent.push(event);
    if (this.#recent.length > 2 * RECENT) {
      this.#recent = this.#recent.slice(-RECENT);
      this.#firstRecent = seq + 1 - RECENT;
    }
    this.#wake();
  }

  /** Readers end after the last event. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** The events from a number on, then those to come, until the stream is closed or the signal aborts. */
  async *read(from: number, signal?: AbortSignal): AsyncGenerator<Event, void, undefined> {
    for (let next = from; !signal?.aborted; ) {
      if (next >= this.length) {
        if (this.#closed) return;
        await this.#change(signal);
      } else if (next >= this.#firstRecent) {
        yield this.#recent[next - this.#firstRecent] as Event;
        next += 1;
      } else {
        const limit = Math.min(PAGE, this.#firstRecent - next);
        for (const event of await this.storage.events<Event>(this.name, next, limit)) {
          yield event;
          next += 1;
        }
      }
    }
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
