import { equal } from "@agentwire/kit";
import { Problem } from "@agentwire/kit/server";
import type { RunRequest, RunResult } from "@agentwire/models/runtime";
import { runIdOf } from "../shared/run-id.js";
import type { Executor } from "./executor.js";
import { Run } from "./run.js";
import type { RunStore } from "./store.js";
import type { Toolbox } from "./toolbox.js";

export interface RunsOptions {
  readonly store: RunStore;
  readonly executor: Executor;
  /** The tools of one run. */
  readonly tools: (request: RunRequest, runId: string) => Toolbox;
  /** Runs that work at the same time; the others are queued. */
  readonly maxConcurrent: number;
  readonly instanceId?: string | undefined;
}

/** All runs of a runtime: takes them, lets so many work at a time, and finds them again. */
export class Runs {
  readonly #queue: Run[] = [];
  #working = 0;

  constructor(private readonly options: RunsOptions) {}

  /**
   * Takes a run, or finds it when the same request came before.
   * @throws Problem `invalid_request` for a bad id, `conflict` for a known id with another body
   */
  create(request: RunRequest): Run {
    const { store, instanceId } = this.options;
    const id = runIdOf(request.run_id);
    const known = store.find(id);
    if (known && equal(known.request, request)) return known;
    if (known) throw new Problem("conflict", `The run "${id}" exists, with another request.`);
    const run = new Run(id, request, instanceId);
    store.add(run);
    this.#queue.push(run);
    this.#next();
    return run;
  }

  /** @throws Problem `not_found` */
  get(id: string): Run {
    const run = this.options.store.find(id);
    if (!run) throw new Problem("not_found", `There is no run "${id}".`);
    return run;
  }

  /** @throws Problem `not_found`, `conflict` while there is no result yet */
  result(id: string): RunResult {
    const { result } = this.get(id);
    if (!result) throw new Problem("conflict", `The run "${id}" has not ended yet.`, { retryable: true });
    return result;
  }

  /** Ends every run that has not ended. */
  cancelAll(reason: string): void {
    for (const run of this.options.store.all()) run.cancel(reason);
  }

  #next(): void {
    while (this.#working < this.options.maxConcurrent) {
      const run = this.#queue.shift();
      if (!run) return;
      this.#working += 1;
      const { executor, tools } = this.options;
      void run.execute(executor, tools(run.request, run.id)).then(() => {
        this.#working -= 1;
        this.#next();
      });
    }
  }
}
