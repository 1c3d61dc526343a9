import { setImmediate } from "node:timers"; // which a test that replaces the global timers leaves as it is

/** An answer that is ready to be written. */
export interface Departing {
  depart(): void;
}

/** Milliseconds after which those who wait leave, although the turn of the event loop is not over. */
const LONGEST_WAIT = 0.5;
/** So many leave at once after one that has waited and stayed alone. */
const AT_ONCE = 16;

/**
 * Lets the answers of one turn of the event loop go together, at its end. Each write wakes up its reader, which on a
 * busy machine takes the processor, and the cache, from the requests that are still to be answered.
 */
export class Departures {
  #waiting: Departing[] = [];
  #since = 0;
  /** How many more will leave at once, as a turn brings no more than one. */
  #atOnce = 0;

  add(answer: Departing): void {
    if (this.#atOnce > 0) {
      this.#atOnce -= 1;
      answer.depart();
    } else if (this.#waiting.push(answer) === 1) {
      this.#since = performance.now();
      setImmediate(this.#leave);
    } else if (performance.now() - this.#since > LONGEST_WAIT) this.#leave();
  }

  readonly #leave = (): void => {
    const leaving = this.#waiting;
    this.#waiting = [];
    if (leaving.length === 1) this.#atOnce = AT_ONCE;
    for (const answer of leaving) answer.depart();
  };
}
