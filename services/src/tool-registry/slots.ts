/** All turns are taken and the queue is full. */
export class Busy extends Error {
  override readonly name = "Busy";
}

/** How many may run at once; others wait in line. */
export class Slots {
  #running = 0;
  readonly #queue = new Set<() => void>();

  constructor(
    private readonly max: number,
    private readonly maxQueue: number,
  ) {}

  /**
   * Waits for a turn, and returns what ends it.
   * @throws Busy at once when the queue is full; the signal's reason when it aborts while waiting
   */
  async take(signal: AbortSignal): Promise<() => void> {
    if (this.#running < this.max) this.#running += 1;
    else await this.#wait(signal);
    return () => this.#release();
  }

  /** The turn of the one that ended goes to the first in line, so nobody can push in between. */
  #release(): void {
    const [next] = this.#queue;
    if (next) next();
    else this.#running -= 1;
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#queue.size >= this.maxQueue) throw new Busy();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#queue.delete(enter);
        reject(signal.reason);
      };
      const enter = (): void => {
        this.#queue.delete(enter);
        signal.removeEventListener("abort", leave);
        resolve();
      };
      if (signal.aborted) leave();
      else {
        this.#queue.add(enter);
        signal.addEventListener("abort", leave, { once: true });
      }
    });
  }
}
