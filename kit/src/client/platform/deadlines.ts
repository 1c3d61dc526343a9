import type { Limited, TimeLimit } from "../attempt.js";
import { TimeoutError } from "../errors.js";

/** One timer for all attempts: who began first is due first. */
export class Deadlines implements TimeLimit {
  readonly #ms: number;
  readonly #due = new Map<Limited, number>();
  #timer: NodeJS.Timeout | undefined;
  /** What made the timer: a test may have put its own clock in place of it. */
  #setTimeout: typeof setTimeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  begin(attempt: Limited): void {
    if (this.#timer === undefined || this.#setTimeout !== setTimeout) this.#wait(this.#ms);
    else if (this.#due.size === 0) this.#timer.ref();
    this.#due.set(attempt, performance.now() + this.#ms);
  }

  end(attempt: Limited): void {
    // The timer stays for the next attempt, without keeping the process alive.
    if (this.#due.delete(attempt) && this.#due.size === 0) this.#timer?.unref();
  }

  #wait(ms: number): void {
    this.#timer?.unref();
    this.#setTimeout = setTimeout;
    this.#timer = setTimeout(() => this.#ring(), ms);
  }

  #ring(): void {
    this.#timer = undefined;
    for (const [attempt, due] of this.#due) {
      const left = due - performance.now();
      // Timers may ring a fraction of a millisecond early.
      if (left >= 1) {
        this.#wait(left);
        return;
      }
      this.#due.delete(attempt);
      attempt.end(new TimeoutError(attempt.operation, this.#ms));
    }
  }
}
