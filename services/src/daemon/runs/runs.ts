import { equal } from "@agentwire/kit";
import { type Logger, Problem } from "@agentwire/kit/server";
import type { RunListResponse, TraceResponse } from "@agentwire/models/daemon";
import type { RunRequest, RunResult, RunState, RunStatus } from "@agentwire/models/runtime";
import { runIdOf } from "../../shared/run-id.js";
import { backOff } from "../../shared/signals.js";
import { Pruner, type Retention } from "../../storage/pruner.js";
import type { Storage } from "../../storage/storage.js";
import { type AllowEndpoint, endpointOf } from "../endpoint.js";
import { clientOf, Instance } from "../instance/instance.js";
import type { Instances } from "../instances.js";
import { PageTokens, pageSizeOf } from "../pages.js";
import { mayBeBack, route } from "../routing.js";
import { UpstreamProblem } from "../upstream.js";
import { fetchResult, fetchStatus, follow, lose } from "./follow.js";
import {
  type Destination,
  documentOf,
  ENDED_RUNS,
  hasEnded,
  RUNS,
  type RunRecord,
  traceStreamOf,
  UNDER_WAY,
} from "./record.js";
import { Run } from "./run.js";
import { endpointTarget, type Target } from "./target.js";
import { lastRuntimeSeq, traceOf } from "./trace.js";

export interface RunsOptions {
  readonly storage: Storage;
  readonly instances: Instances;
  readonly allowEndpoint: AllowEndpoint;
  /** The token for a runtime that a request names by its address. */
  readonly runtimeToken: (url: string) => string | undefined;
  /** Milliseconds that such a runtime has to answer. */
  readonly runtimeTimeoutMs: number;
  /** Runs under way at the same time; more are refused. */
  readonly maxRuns: number;
  /** Milliseconds that a run may be without its runtime. */
  readonly lostAfterMs: number;
  /** Default: runs are kept for ever. */
  readonly retention?: Retention | undefined;
  readonly log: Logger;
}

/** What a listing may be narrowed down to. */
export interface RunQuery {
  readonly page_size?: number;
  readonly page_token?: string;
  readonly state?: RunState;
  readonly runtime_instance_id?: string;
}

/** What came of the runs that the last process left. */
export interface Recovered {
  readonly resumed: number;
  readonly failed: number;
}

/** What a submission is compared with and answered by. */
interface Seen {
  readonly request: RunRequest;
  readonly status: RunStatus;
}

/** Milliseconds that a look at a runtime may take before what is known has to do. */
const REFRESH_TIMEOUT_MS = 1000;

/** Records that are read at once. */
const PAGE = 200;

/** How keeping up with a run is tried again when the storage fails. */
const KEEP_TRYING = { first: 250, most: 10_000 };

/** The runs that the Daemon has taken: those under way are here, all are in the storage. */
export class DaemonRuns {
  readonly #active = new Map<string, Run>();
  readonly #targets = new WeakMap<Run, Target>();
  /** Ids that are being looked up or kept, so that the same one cannot be taken twice. */
  readonly #taking = new Map<string, Promise<Seen>>();
  readonly #closing = new AbortController();
  readonly #following = new Set<Promise<void>>();
  #pruner: Pruner<RunRecord> | undefined;

  private constructor(
    private readonly options: RunsOptions,
    private readonly tokens: PageTokens,
  ) {}

  /**
   * Takes over what the last process left: runs are picked up where their runtimes have them by now; those whose
   * instance is not there any more have failed.
   * @throws StorageError
   */
  static async open(options: RunsOptions): Promise<{ readonly runs: DaemonRuns; readonly recovered: Recovered }> {
    const runs = new DaemonRuns(options, await PageTokens.open(options.storage));
    const recovered = { resumed: 0, failed: 0 };
    const { storage, retention, log } = options;
    if (retention) runs.#pruner = await Pruner.open(storage, ENDED_RUNS, retention, log);
    for (let after = 0; ; ) {
      const left = await storage.list<RunRecord>(RUNS, { labels: UNDER_WAY, limit: PAGE, after });
      for (const { body } of left) recovered[(await runs.#recover(body)) ? "resumed" : "failed"] += 1;
      const last = left.at(-1);
      if (!last) return { runs, recovered };
      after = last.position;
    }
  }

  /** How many runs are under way. */
  get load(): number {
    return this.#active.size;
  }

  /**
   * Takes a run and answers at once; it is handed over afterwards.
   * @throws Problem `invalid_request`, `conflict`, `instances.*`, `forbidden`, `unavailable`
   */
  async submit(request: RunRequest): Promise<RunStatus> {
    const id = runIdOf(request.run_id);
    const known = await (this.#taking.get(id) ?? this.#active.get(id) ?? this.#take(id, request));
    if (equal(known.request, request)) return known.status;
    throw new Problem("conflict", `The run "${id}" exists, with another request.`);
  }

  /** A page of the runs, in the order in which they came. @throws Problem `invalid_request` for a bad token */
  async list(query: RunQuery = {}): Promise<RunListResponse> {
    const { state, runtime_instance_id: instance, page_token } = query;
    const page_size = pageSizeOf(query.page_size);
    const labels = state === undefined ? {} : { labels: [state] };
    const after = page_token === undefined ? 0 : this.tokens.read(page_token);
    const limit = page_size + 1;
    const found = await this.options.storage.list<RunRecord>(RUNS, { ...labels, owner: instance, after, limit });
    const page = found.slice(0, page_size);
    const last = page.at(-1);
    const more = found.length > page.length && last ? { next_page_token: this.tokens.issue(last.position) } : {};
    return { runs: page.map(({ body }) => body.status), pagination: { page_size, ...more } };
  }

  /** @throws Problem `not_found` */
  async status(id: string): Promise<RunStatus> {
    const run = this.#active.get(id);
    if (!run) return (await this.#get(id)).status;
    await this.#refresh(run);
    return run.status;
  }

  /** @throws Problem `not_found`, `conflict` before the end, 502 or 504 when the runtime cannot be asked */
  async result(id: string): Promise<RunResult> {
    const record = await this.#get(id);
    if (record.result) return record.result;
    if (!hasEnded(record.status)) {
      throw new Problem("conflict", `The run "${id}" has not ended yet.`, { retryable: true });
    }
    const target = this.#targetOf(record.destination);
    if (!target) throw new UpstreamProblem("The runtime cannot be asked for the result.", "its instance is gone");
    try {
      const result = await fetchResult(id, target, { retries: 0 });
      await this.options.storage.commit({ put: [documentOf({ ...record, result })] });
      return result;
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new UpstreamProblem("The runtime cannot be asked for the result.", error);
    }
  }

  /** What happened to a run, here and at its runtime. @throws Problem `not_found` */
  async trace(id: string): Promise<TraceResponse> {
    await this.#get(id);
    return { events: await traceOf(this.options.storage, id) };
  }

  /** Lets go of all runs; those under way go on with the next process, if there is a file to keep them. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("the Daemon is shutting down"));
    await Promise.all([...this.#following, this.#pruner?.close()]);
  }

  #take(id: string, request: RunRequest): Promise<Seen> {
    const taking = this.#submit(id, request);
    this.#taking.set(id, taking);
    const taken = () => this.#taking.delete(id);
    taking.then(taken, taken);
    return taking;
  }

  async #submit(id: string, request: RunRequest): Promise<Seen> {
    const { storage, instances, maxRuns } = this.options;
    // An id that was made up here is new.
    const known = request.run_id === undefined ? undefined : await storage.get<RunRecord>(RUNS, id);
    if (known) return known.body;
    if (this.#closing.signal.aborted) throw new Problem("unavailable", "The Daemon is shutting down.");
    if (this.#pruner?.isRemoving(id)) throw new Problem("unavailable", `The run "${id}" is being removed.`);
    if (this.#active.size >= maxRuns) throw new Problem("unavailable", "Too many runs are under way already.");
    const { runtime_selector: selector = {} } = request;
    if (mayBeBack(selector, instances.list())) await instances.refresh();
    const destination = this.#destinationOf(selector);
    const instance = "instance_id" in destination ? { runtime_instance_id: destination.instance_id } : {};
    const status: RunStatus = { run_id: id, state: "queued", ...instance };
    const run = new Run(storage, { request, status, destination, handed_over: false });
    const kept = run.submit();
    // Counted at once: who comes meanwhile shall see that the instance has more to do.
    this.#follow(run, this.#targetOf(destination), kept);
    await kept;
    return run;
  }

  /** @throws Problem `invalid_request`, `forbidden`, `instances.*` */
  #destinationOf(selector: NonNullable<RunRequest["runtime_selector"]>): Destination {
    const { runtime_api_endpoint: endpoint, ...others } = selector;
    if (endpoint === undefined) return { instance_id: route(others, this.options.instances.list()).id };
    if (Object.keys(others).length === 0) return { endpoint: endpointOf(endpoint, this.options.allowEndpoint) };
    throw new Problem("invalid_request", "runtime_api_endpoint cannot be combined with other members.");
  }

  /** Undefined for an instance that is not there any more, or an address that is not allowed any more. */
  #targetOf(destination: Destination): Target | undefined {
    const { instances, allowEndpoint, runtimeToken, runtimeTimeoutMs } = this.options;
    if ("instance_id" in destination) return instances.find(destination.instance_id);
    const { endpoint: url } = destination;
    return allowEndpoint(new URL(url))
      ? endpointTarget(clientOf({ url, token: runtimeToken(url) }, runtimeTimeoutMs))
      : undefined;
  }

  /** @param ready settles when the run may be handed over */
  #follow(run: Run, target: Target | undefined, ready: Promise<void>): void {
    const { log, lostAfterMs } = this.options;
    const { signal } = this.#closing;
    const see = async () => {
      await ready;
      const through = () => (target ? follow(run, target, lostAfterMs, signal) : lose(run));
      await backOff(through, KEEP_TRYING, signal, (error) => log.error({ err: error, run: run.id }, "a run is stuck"));
    };
    // What cannot be kept was never taken, and what the end of this process cuts off goes on with the next.
    const following = see().catch(() => undefined);
    this.#active.set(run.id, run);
    if (target) this.#targets.set(run, target);
    this.#following.add(following);
    if (target instanceof Instance) target.take(following);
    void following.then(() => {
      this.#active.delete(run.id);
      this.#following.delete(following);
      if (run.hasEnded) this.#pruner?.ended();
    });
  }

  async #recover(record: RunRecord): Promise<boolean> {
    const { storage, log } = this.options;
    const { run_id: id } = record.status;
    const length = await storage.length(traceStreamOf(id));
    const run = new Run(storage, record, length, await lastRuntimeSeq(storage, id, length));
    const target = this.#targetOf(record.destination);
    if (target) this.#follow(run, target, run.note({ type: "run.resumed", level: "warn" }));
    else await lose(run);
    log.warn({ run: id }, target ? "a run is picked up again" : "a run has lost its runtime");
    return target !== undefined;
  }

  /** Asks the runtime, where its events have not said yet that the run has left the queue. */
  async #refresh(run: Run): Promise<void> {
    const target = this.#targets.get(run);
    if (!target || !run.isHandedOver || run.status.state !== "queued") return;
    const asked = fetchStatus(run.id, target, AbortSignal.timeout(REFRESH_TIMEOUT_MS));
    await asked.then((status) => run.update(status)).catch(() => undefined);
  }

  async #get(id: string): Promise<RunRecord> {
    const record = await this.options.storage.get<RunRecord>(RUNS, id);
    if (!record) throw new Problem("not_found", `There is no run "${id}".`);
    return record.body;
  }
}
