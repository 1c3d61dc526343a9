import type { Storage } from "./storage.js";

/**
 * The durable events of a stream, by their number from 0 on: the last ones in memory, for those who follow, and all of
 * them in the storage, for who is further behind.
 */
export class RecentEvents<Event extends object> {
  /** The last events, of which the first has the number `#first`. */
  #recent: Event[] = [];
  #first: number;

  /**
   * @param length how many events the stream has in the storage
   * @param kept how many stay in memory, at least
   */
  constructor(
    private readonly storage: Storage,
    private readonly stream: string,
    length: number,
    private readonly kept: number,
  ) {
    this.#first = length;
  }

  /** How many events there are, which is the number of the next one. */
  get length(): number {
    return this.#first + this.#recent.length;
  }

  /** Adds an event that has just become durable. */
  push(event: Event): void {
    this.#recent.push(event);
    if (this.#recent.length <= 2 * this.kept) return;
    this.#first += this.#recent.length - this.kept;
    this.#recent = this.#recent.slice(-this.kept);
  }

  /** The event with this number, where it is in memory. */
  at(number: number): Event | undefined {
    return this.#recent[number - this.#first];
  }

  /** Is the event with this number, if there is one, in memory? */
  has(number: number): boolean {
    return number >= this.#first;
  }

  /** Up to `limit` events from a number on, from memory or from the storage, not from both. @throws StorageError */
  async read(from: number, limit: number): Promise<Event[]> {
    if (!this.has(from))
      return await this.storage.events<Event>(this.stream, from, Math.min(limit, this.#first - from));
    const start = from - this.#first;
    return this.#recent.slice(start, start + limit);
  }
}
