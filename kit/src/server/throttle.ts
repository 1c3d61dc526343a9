/** At most so many messages within so many seconds. */
export interface MessageRate {
  readonly messages: number;
  readonly seconds: number;
}

/** Counts messages, and says how long to wait with the next one. */
export class Throttle {
  #count = 0;
  #end = 0;

  constructor(private readonly rate: MessageRate) {}

  /** Counts a message. Milliseconds until there may be another one; 0 for at once. */
  count(): number {
    const now = performance.now();
    if (now >= this.#end) {
      this.#count = 0;
      this.#end = now + this.rate.seconds * 1000;
    }
    this.#count += 1;
    return this.#count < this.rate.messages ? 0 : this.#end - now;
  }
}
