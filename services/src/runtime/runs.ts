import { equal } from "@agentwire/kit";
import { type Logger, Problem } from "@agentwire/kit/server";
import type { RunEvent, RunRequest, RunResult, RunStatus } from "@agentwire/models/runtime";
import { runIdOf } from "../shared/run-id.js";
import { LiveStream } from "../storage/live-stream.js";
import type { GuardedStorage } from "../storage/problems.js";
import { Pruner, type Retention } from "../storage/pruner.js";
import { type Executor, RunFailure } from "./executor.js";
import { documentOf, ENDED_RUNS, RUNS, type RunRecord, streamOf } from "./record.js";
import { Run, type RunSurroundings } from "./run.js";
import type { Toolbox } from "./toolbox.js";

export interface RunsOptions {
  readonly storage: GuardedStorage;
  readonly executor: Executor;
  /** The tools of one run. */
  readonly tools: (request: RunRequest, runId: string) => Toolbox;
  /** Runs that work at the same time; the others are queued. */
  readonly maxConcurrent: number;
  /** Runs that wait at the same time; more are refused. */
  readonly maxQueued: number;
  readonly instanceId?: string | undefined;
  /** Default: runs are kept for ever. */
  readonly retention?: Retention | undefined;
  readonly log: Logger;
}

/** What callers may see of a run, whether it is under way or long over. */
interface Seen {
  readonly request: RunRequest;
  readonly status: RunStatus;
  readonly result?: RunResult | undefined;
}

/** Milliseconds until a run that waits is read again, when that failed. */
const FETCH_AGAIN_MS = 1000;

/** Records that are read at once when a runtime starts. */
const RECOVERED_AT_ONCE = 200;

/** All runs of a runtime: takes them, lets so many work at a time, and finds them again. */
export class Runs {
  /** Those at work, and of those that wait the ones that somebody follows. All others are in the storage alone. */
  readonly #active = new Map<string, Run>();
  /** Ids that are being looked up or kept, so that the same one cannot be taken twice. */
  readonly #taking = new Map<string, Promise<Seen>>();
  /** Runs that wait and are being read, so that none is there twice. */
  readonly #fetching = new Map<string, Promise<Run | undefined>>();
  /** Ids of those that wait. */
  readonly #queue: string[] = [];
  readonly #closing = new AbortController();
  #working = 0;
  #pruner: Pruner<RunRecord> | undefined;

  readonly #surroundings: RunSurroundings;

  private constructor(private readonly options: RunsOptions) {
    const { storage, log } = options;
    const onEnd = ({ id }: Run): void => {
      this.#active.delete(id);
      this.#pruner?.ended();
    };
    this.#surroundings = { storage, log, closing: this.#closing.signal, onEnd };
  }

  /**
   * Takes over what the last process left: a run that was queued is queued again, one that was running has failed, as
   * nobody can know how far it came.
   * @throws StorageError
   */
  static async open(options: RunsOptions): Promise<Runs> {
    const runs = new Runs(options);
    const { storage, retention, log } = options;
    if (retention) runs.#pruner = await Pruner.open(storage, ENDED_RUNS, retention, log);
    for (let after = 0; ; ) {
      const query = { labels: ["queued", "running"], limit: RECOVERED_AT_ONCE, after };
      const left = await storage.list<RunRecord>(RUNS, query);
      for (const { body } of left) await runs.#recover(body);
      const last = left.at(-1);
      if (!last) break;
      after = last.position;
    }
    runs.#next();
    return runs;
  }

  get storage(): GuardedStorage {
    return this.options.storage;
  }

  /** How many runs are under way, and how many wait. */
  get load(): { readonly running: number; readonly queued: number } {
    return { running: this.#working, queued: this.#queue.length };
  }

  /**
   * Takes a run, or finds it when the same request came before.
   * @throws Problem `invalid_request` for a bad id, `conflict` for a known id with another body, `unavailable`
   */
  async create(request: RunRequest): Promise<RunStatus> {
    const id = runIdOf(request.run_id);
    // An id that was made up here is new.
    if (request.run_id === undefined) return (await this.#add(id, request)).status;
    const taking = this.#taking.get(id) ?? this.#active.get(id);
    const known = taking ? await taking : await this.#take(id, request);
    if (!equal(known.request, request)) {
      throw new Problem("conflict", `The run "${id}" exists, with another request.`);
    }
    return known.status;
  }

  /** @throws Problem `not_found` */
  async status(id: string): Promise<RunStatus> {
    return (await this.#get(id)).status;
  }

  /** @throws Problem `not_found`, `conflict` while there is no result yet */
  async result(id: string): Promise<RunResult> {
    const { result } = await this.#get(id);
    if (!result) throw new Problem("conflict", `The run "${id}" has not ended yet.`, { retryable: true });
    return result;
  }

  /** Stops a run; one that has ended stays as it is. @throws Problem `not_found` */
  async cancel(id: string): Promise<RunStatus> {
    const failure = new RunFailure("canceled", "The run was canceled.", { state: "canceled" });
    const run = this.#active.get(id) ?? (await this.#fetch(id));
    await run?.stop(failure);
    return await this.status(id);
  }

  /** The events of a run from a number on, up to its end. @throws Problem `not_found` */
  async events(id: string, from: number, signal: AbortSignal): Promise<AsyncIterable<RunEvent, undefined>> {
    const run = this.#active.get(id) ?? (await this.#fetch(id));
    if (run) return run.events.read(from, signal);
    await this.#get(id);
    const { storage } = this.options;
    const ended = new LiveStream<RunEvent>(storage, streamOf(id), await storage.length(streamOf(id)));
    ended.close();
    return ended.read(from, signal);
  }

  /** Stops what is running. What is queued stays so for the next process, if there is a file to keep it. */
  async close(): Promise<void> {
    const running = [...this.#active.values()].filter(({ status }) => status.state === "running");
    this.#queue.length = 0;
    const stops = running.map((run) => run.stop(interrupted("The runtime was shut down while the run was under way.")));
    this.#closing.abort();
    await Promise.all([...stops, this.#pruner?.close()]);
    for (const run of this.#active.values()) run.events.close();
  }

  #take(id: string, request: RunRequest): Promise<Seen> {
    if (this.#pruner?.isRemoving(id)) throw new Problem("unavailable", `The run "${id}" is being removed.`);
    const taking = this.#known(id).then<Seen>((known) => known ?? this.#add(id, request));
    this.#taking.set(id, taking);
    const taken = () => this.#taking.delete(id);
    taking.then(taken, taken);
    return taking;
  }

  /** A run that can begin at once is never queued, which saves it a write. */
  async #add(id: string, request: RunRequest): Promise<Seen> {
    if (this.#closing.signal.aborted) throw new Problem("unavailable", "The runtime is shutting down.");
    const { storage, instanceId, maxQueued, maxConcurrent } = this.options;
    const begins = this.#working < maxConcurrent && this.#queue.length === 0;
    if (!begins && this.#queue.length >= maxQueued) throw new Problem("unavailable", "Too many runs wait already.");
    const created_at = new Date().toISOString();
    const instance = instanceId === undefined ? {} : { runtime_instance_id: instanceId };
    const state = begins ? ({ state: "running", started_at: created_at } as const) : ({ state: "queued" } as const);
    const record: RunRecord = { request, status: { run_id: id, ...state, ...instance }, created_at };
    if (begins) this.#working += 1;
    try {
      await storage.commit({ put: [documentOf(record)] });
    } catch (error) {
      if (begins) this.#done();
      throw error;
    }
    if (!begins) {
      this.#enqueue(record);
      return record;
    }
    const run = this.#run(record, 0);
    this.#work(run);
    return run;
  }

  async #known(id: string): Promise<RunRecord | undefined> {
    return (await this.options.storage.get<RunRecord>(RUNS, id))?.body;
  }

  async #get(id: string): Promise<Seen> {
    const known = this.#active.get(id) ?? (await this.options.storage.get<RunRecord>(RUNS, id))?.body;
    if (!known) throw new Problem("not_found", `There is no run "${id}".`);
    return known;
  }

  async #recover(record: RunRecord): Promise<void> {
    if (record.status.state === "queued") return this.#enqueue(record);
    const run = this.#run(record, await this.options.storage.length(streamOf(record.status.run_id)));
    await run.stop(interrupted("The runtime ended while the run was under way, and started again."));
    this.options.log.warn({ run: run.id }, "a run was interrupted by the end of the runtime");
  }

  #run(record: RunRecord, length: number): Run {
    const run = new Run(this.#surroundings, record, length);
    this.#active.set(run.id, run);
    return run;
  }

  /** Very many may wait; in memory is only the clock of those that may not wait for ever. */
  #enqueue(record: RunRecord): void {
    if (record.request.limits?.timeout_ms !== undefined) this.#run(record, 0);
    this.#queue.push(record.status.run_id);
    this.#next();
  }

  /** A run that waits, from the storage; undefined for one that does not. @throws StorageError */
  #fetch(id: string): Promise<Run | undefined> {
    let fetching = this.#fetching.get(id);
    if (!fetching) {
      fetching = this.#known(id).then((record) => {
        const isWaiting = record?.status.state === "queued" && !this.#closing.signal.aborted;
        return this.#active.get(id) ?? (isWaiting ? this.#run(record, 0) : undefined);
      });
      this.#fetching.set(id, fetching);
      const fetched = () => this.#fetching.delete(id);
      fetching.then(fetched, fetched);
    }
    return fetching;
  }

  #next(): void {
    while (this.#working < this.options.maxConcurrent) {
      const id = this.#queue.shift();
      if (id === undefined) return;
      this.#working += 1;
      const run = this.#active.get(id);
      if (run) this.#work(run);
      else void this.#fetchAndWork(id);
    }
  }

  async #fetchAndWork(id: string): Promise<void> {
    let run: Run | undefined;
    try {
      run = await this.#fetch(id);
    } catch {
      // The storage has said what is wrong with it. The run still waits, with its place at the front.
      if (!this.#closing.signal.aborted) this.#queue.unshift(id);
      this.#working -= 1;
      setTimeout(() => this.#next(), FETCH_AGAIN_MS).unref();
      return;
    }
    if (run) this.#work(run);
    else this.#done();
  }

  /** Its place among those that work is taken already. */
  #work(run: Run): void {
    const { executor, tools } = this.options;
    void run.execute(executor, tools(run.request, run.id)).then(() => this.#done());
  }

  #done(): void {
    this.#working -= 1;
    this.#next();
  }
}

function interrupted(message: string): RunFailure {
  return new RunFailure("runtime.interrupted", message, { retryable: true });
}
