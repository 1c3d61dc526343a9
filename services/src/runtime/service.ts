import type { ToolRegistryClient } from "@agentwire/client/tool-registry";
import {
  type Health,
  type Logger,
  loggerOf,
  Problem,
  type RequestContext,
  type ServerOptions,
} from "@agentwire/kit/server";
import type { HealthCheck } from "@agentwire/models/common";
import type {
  CancelRunRequest,
  CreateRunRequest,
  GetRunResultRequest,
  GetRunStatusRequest,
  RunEvent,
  RunResult,
  RunStatus,
  StreamRunEventsRequest,
} from "@agentwire/models/runtime";
import { RuntimeServer } from "@agentwire/server/runtime";
import { Deferred } from "../shared/deferred.js";
import { obstacleOf, READINESS_PATH } from "../shared/readiness.js";
import { messageOf } from "../shared/signals.js";
import { VERSION } from "../shared/version.js";
import { type GuardedStorage, withProblems } from "../storage/problems.js";
import type { Retention } from "../storage/pruner.js";
import { IN_MEMORY, openSqlite } from "../storage/sqlite/storage.js";
import type { Storage } from "../storage/storage.js";
import type { Executor } from "./executor.js";
import { planner } from "./planner/planner.js";
import { Runs } from "./runs.js";
import { toolbox } from "./toolbox.js";

const DEFAULT_CONCURRENT_RUNS = 64;
const DEFAULT_QUEUED_RUNS = 10_000;
const HEALTH_TIMEOUT_MS = 2000;

/** Settings of a runtime. */
export interface RuntimeOptions extends ServerOptions {
  /** Where its tools are. Without one, its runs have none. */
  readonly toolRegistry?: ToolRegistryClient | undefined;
  /** The agent. Default: a planner that follows rules. */
  readonly executor?: Executor;
  /** Where runs and their events are kept; the caller closes it. Default: in memory, gone with the service. */
  readonly storage?: Storage;
  /** Runs that work at the same time; the others are queued. Default 64. */
  readonly maxConcurrentRuns?: number;
  /** Runs that may wait; more are refused with 503. Default 10 000. */
  readonly maxQueuedRuns?: number;
  /** How long runs are kept that have ended. Default: for ever. */
  readonly retention?: Retention;
  /** What a Daemon calls this runtime; it then stands in every status. */
  readonly instanceId?: string;
}

/** The reference runtime. */
export class RuntimeService extends RuntimeServer {
  readonly #runs: Promise<Runs>;
  /** Once the runs of the last process are taken over. */
  readonly #storage: Promise<GuardedStorage>;
  readonly #toolRegistry: ToolRegistryClient | undefined;
  #releaseStorage: () => Promise<void> = async () => undefined;
  #isClosing = false;

  constructor(options: RuntimeOptions = {}) {
    super({ version: VERSION, readiness: READINESS_PATH, ...options });
    this.#toolRegistry = options.toolRegistry;
    this.#runs = this.#open(options, loggerOf(options.logger, "agentwire-runtime"));
    this.#storage = this.#runs.then(({ storage }) => storage);
    // Whoever calls, or waits for `ready`, hears it.
    this.#storage.catch(() => undefined);
  }

  /** Resolves when the runs of the last process are taken over. @throws StorageError */
  async ready(): Promise<void> {
    await this.#runs;
  }

  override async createRun({ body }: CreateRunRequest): Promise<RunStatus> {
    return (await this.#runs).create(body);
  }

  override async getRunStatus({ path }: GetRunStatusRequest): Promise<RunStatus> {
    return (await this.#runs).status(path.run_id);
  }

  override async getRunResult({ path }: GetRunResultRequest): Promise<RunResult> {
    return (await this.#runs).result(path.run_id);
  }

  override async cancelRun({ path }: CancelRunRequest): Promise<RunStatus> {
    return (await this.#runs).cancel(path.run_id);
  }

  override streamRunEvents({ path, header }: StreamRunEventsRequest, context: RequestContext): AsyncIterable<RunEvent> {
    const from = positionAfter(header?.["Last-Event-ID"]);
    return new Deferred(async () => (await this.#runs).events(path.run_id, from, context.signal));
  }

  /** Stops what is under way first: the streams that follow it then end by themselves, with their last event. */
  override async close(options?: { timeoutMs?: number }): Promise<void> {
    this.#isClosing = true;
    await this.#runs.then(
      (runs) => runs.close(),
      () => undefined,
    );
    await super.close(options);
    await this.#releaseStorage();
  }

  protected override async checkHealth(): Promise<Health> {
    const checks = [await this.#runsCheck(), ...(this.#toolRegistry ? [await registryCheck(this.#toolRegistry)] : [])];
    return { status: checks.every(({ status }) => status === "ok") ? "ok" : "degraded", checks };
  }

  protected override async checkReadiness(): Promise<string | undefined> {
    return this.#isClosing ? "The runtime is shutting down." : await obstacleOf(this.#storage);
  }

  async #open(options: RuntimeOptions, log: Logger): Promise<Runs> {
    const storage = options.storage ?? (await openSqlite(IN_MEMORY));
    if (!options.storage) this.#releaseStorage = () => storage.close();
    return await Runs.open({
      storage: withProblems(storage, log),
      executor: options.executor ?? planner,
      tools: ({ tool_policy }, runId) => toolbox(options.toolRegistry, runId, tool_policy ?? {}),
      maxConcurrent: options.maxConcurrentRuns ?? DEFAULT_CONCURRENT_RUNS,
      maxQueued: options.maxQueuedRuns ?? DEFAULT_QUEUED_RUNS,
      instanceId: options.instanceId,
      retention: options.retention,
      log,
    });
  }

  async #runsCheck(): Promise<HealthCheck> {
    const name = "runs";
    try {
      const { load, storage } = await this.#runs;
      const details = { ...load };
      if (await storage.works()) return { name, status: "ok", details };
      return { name, status: "down", message: "What runs do cannot be kept.", details };
    } catch {
      return { name, status: "down", message: "The runs that were kept cannot be read." };
    }
  }
}

/** Where to go on after the last event that a client has. An id that we never sent is a mistake worth hearing of. */
function positionAfter(lastEventId: string | undefined): number {
  if (lastEventId === undefined || lastEventId === "") return 0;
  if (/^\d{1,15}$/.test(lastEventId)) return Number(lastEventId) + 1;
  throw new Problem("invalid_request", "Last-Event-ID must be the seq of an event.");
}

async function registryCheck(registry: ToolRegistryClient): Promise<HealthCheck> {
  const name = "tool-registry";
  try {
    const { status } = await registry.health({}, { timeoutMs: HEALTH_TIMEOUT_MS, retries: 0 });
    return { name, status };
  } catch (error) {
    return { name, status: "down", message: messageOf(error) };
  }
}
