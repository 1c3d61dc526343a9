const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** How long to wait before trying again: twice as long each time, less a random part, so that not all come at once. */
export class BackOff {
  #next = FIRST_MS;

  /** Milliseconds until the next try. */
  next(): number {
    const wait = this.#next * (0.5 + Math.random() / 2);
    this.#next = Math.min(this.#next * 2, LONGEST_MS);
    return wait;
  }

  /** It works again. */
  reset(): void {
    this.#next = FIRST_MS;
  }
}
