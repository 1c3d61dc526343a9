import type { EagerIterator } from "@agentwire/kit/server";
import { RecentEvents } from "./recent-events.js";
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
  readonly #events: RecentEvents<Event>;
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
    this.#events = new RecentEvents(storage, name, length, RECENT);
    this.#next = length;
  }

  /** How many events are durable, which is how many there are for readers. */
  get length(): number {
    return this.#events.length;
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
    this.#events.push(event);
    this.#wake();
  }

  /** Readers end after the last event. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** The events from a number on, then those to come, until the stream is closed or the signal aborts. */
  read(from: number, signal?: AbortSignal): AsyncIterableIterator<Event, undefined> {
    return new Reader<Event>(
      {
        recent: (next) => this.#events.at(next),
        take: (next) => this.#take(next),
        change: (wake) => {
          this.#waiting.add(wake);
          return () => this.#waiting.delete(wake);
        },
        isOver: (next) => this.#closed && next >= this.length,
      },
      from,
      signal,
    );
  }

  /** The event with this number, where it is in memory; a page of events from it on, where it is not; undefined for none yet. */
  #take(next: number): Event | Promise<Event[]> | undefined {
    return this.#events.has(next) ? this.#events.at(next) : this.#events.read(next, PAGE);
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

/** What a reader knows of its stream. */
interface Source<Event> {
  /** The event with this number, where it is in memory. */
  recent(next: number): Event | undefined;
  take(next: number): Event | Promise<Event[]> | undefined;
  /** Calls once when there is more, or the end. */
  change(wake: () => void): () => void;
  isOver(next: number): boolean;
}

type Result<Event> = IteratorResult<Event, undefined>;

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** One reader. Written by hand, as a generator costs several promises an event, and there may be a thousand readers. */
class Reader<Event extends object> implements AsyncIterableIterator<Event, undefined>, EagerIterator<Event> {
  /** Events that were read from the storage and not taken yet, the next one last. */
  #page: Event[] = [];
  #answer: ((result: Result<Event>) => void) | undefined;
  #forget: (() => void) | undefined;
  #ended = false;

  constructor(
    private readonly source: Source<Event>,
    private at: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    if (signal?.aborted) this.#ended = true;
    else signal?.addEventListener("abort", this.#end, { once: true });
  }

  next(): Promise<Result<Event>> {
    if (this.#ended) return Promise.resolve(DONE);
    const event = this.#page.pop() ?? this.source.take(this.at);
    if (event === undefined) return this.#wait();
    if (event instanceof Promise) return this.#readPage(event);
    this.at += 1;
    return Promise.resolve({ done: false, value: event });
  }

  takeReady(): Event | undefined {
    if (this.#ended) return undefined;
    const event = this.#page.pop() ?? this.source.recent(this.at);
    if (event !== undefined) this.at += 1;
    return event;
  }

  return(): Promise<Result<Event>> {
    this.#end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #readPage(reading: Promise<Event[]>): Promise<Result<Event>> {
    this.#page = (await reading).reverse();
    if (this.#page.length === 0) this.#end();
    return await this.next();
  }

  #wait(): Promise<Result<Event>> {
    if (this.source.isOver(this.at)) {
      this.#end();
      return Promise.resolve(DONE);
    }
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#forget = this.source.change(this.#changed);
    });
  }

  readonly #changed = (): void => {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(this.next() as unknown as Result<Event>);
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.#page = [];
    this.signal?.removeEventListener("abort", this.#end);
    this.#forget?.();
    this.#answer?.(DONE);
    this.#answer = undefined;
  };
}
