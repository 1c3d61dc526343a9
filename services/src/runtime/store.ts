import type { Run } from "./run.js";

/** Where runs are kept. Later issues put a database behind it. */
export interface RunStore {
  find(id: string): Run | undefined;
  add(run: Run): void;
  all(): Iterable<Run>;
}

const DEFAULT_CAPACITY = 10_000;

/** Keeps runs in memory; when there are too many, the oldest that have ended are forgotten. */
export class MemoryRunStore implements RunStore {
  readonly #runs = new Map<string, Run>();

  constructor(private readonly capacity = DEFAULT_CAPACITY) {}

  find(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  add(run: Run): void {
    this.#runs.set(run.id, run);
    for (const [id, old] of this.#runs) {
      if (this.#runs.size <= this.capacity) return;
      if (old.result) this.#runs.delete(id);
    }
  }

  all(): Iterable<Run> {
    return this.#runs.values();
  }
}
