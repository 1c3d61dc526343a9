/** Judging a value cost more than any honest schema and value do. */
export class TooCostly extends Error {
  override readonly name = "TooCostly";
}

/** Steps of one judgement, each some ten nanoseconds: far above what people write, far below what stalls a process. */
const STEPS = 2_000_000;

/**
 * What one judgement may cost. A schema can branch through its references, and a value can be large, so that together
 * they take for ever; counting ends that at the same place on every machine.
 */
export class Budget {
  #left = STEPS;

  renew(): void {
    this.#left = STEPS;
  }

  /** @throws TooCostly when nothing is left */
  charge(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooCostly();
  }
}
