import type { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { type Health, Problem, type RequestContext, type ServerOptions } from "@agentwire/kit/server";
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
import { VERSION } from "../shared/version.js";
import type { Executor } from "./executor.js";
import { planner } from "./planner/planner.js";
import { Runs } from "./runs.js";
import { MemoryRunStore, type RunStore } from "./store.js";
import { toolbox } from "./toolbox.js";

const DEFAULT_CONCURRENT_RUNS = 8;
const HEALTH_TIMEOUT_MS = 2000;

/** Settings of a runtime. */
export interface RuntimeOptions extends ServerOptions {
  /** Where its tools are. Without one, its runs have none. */
  readonly toolRegistry?: ToolRegistryClient | undefined;
  /** The agent. Default: a planner that follows rules. */
  readonly executor?: Executor;
  readonly store?: RunStore;
  /** Runs that work at the same time; the others are queued. Default 8. */
  readonly maxConcurrentRuns?: number;
  /** What a Daemon calls this runtime; it then stands in every status. */
  readonly instanceId?: string;
}

/** The reference runtime. */
export class RuntimeService extends RuntimeServer {
  readonly #runs: Runs;
  readonly #toolRegistry: ToolRegistryClient | undefined;

  constructor({ toolRegistry, executor, store, maxConcurrentRuns, instanceId, ...options }: RuntimeOptions = {}) {
    super({ version: VERSION, ...options });
    this.#toolRegistry = toolRegistry;
    this.#runs = new Runs({
      store: store ?? new MemoryRunStore(),
      executor: executor ?? planner,
      tools: ({ tool_policy }, runId) => toolbox(toolRegistry, runId, tool_policy ?? {}),
      maxConcurrent: maxConcurrentRuns ?? DEFAULT_CONCURRENT_RUNS,
      instanceId,
    });
  }

  override createRun({ body }: CreateRunRequest): RunStatus {
    return this.#runs.create(body).status;
  }

  override getRunStatus({ path }: GetRunStatusRequest): RunStatus {
    return this.#runs.get(path.run_id).status;
  }

  override getRunResult({ path }: GetRunResultRequest): RunResult {
    return this.#runs.result(path.run_id);
  }

  override cancelRun({ path }: CancelRunRequest): RunStatus {
    const run = this.#runs.get(path.run_id);
    run.cancel();
    return run.status;
  }

  override streamRunEvents({ path, header }: StreamRunEventsRequest, context: RequestContext): AsyncIterable<RunEvent> {
    return this.#runs.get(path.run_id).log.read(positionAfter(header?.["Last-Event-ID"]), context.signal);
  }

  /** Cancels what is under way first: the streams that follow it then end by themselves, with their last event. */
  override close(options?: { timeoutMs?: number }): Promise<void> {
    this.#runs.cancelAll("The runtime is shutting down.");
    return super.close(options);
  }

  protected override async checkHealth(): Promise<Health> {
    if (!this.#toolRegistry) return { status: "ok" };
    const check = await registryCheck(this.#toolRegistry);
    return { status: check.status === "ok" ? "ok" : "degraded", checks: [check] };
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
    return { name, status: "down", message: error instanceof Error ? error.message : String(error) };
  }
}
