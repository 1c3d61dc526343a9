import type { RunEvent, RunRequest, RunResult, RunStatus } from "@agentwire/models/runtime";
import { raced } from "../shared/signals.js";
import { EventLog } from "./event-log.js";
import { type Executor, type Progress, RunFailure, type ToolOutcome } from "./executor.js";
import { Meter } from "./meter.js";
import type { Toolbox } from "./toolbox.js";

type EventType = "token" | "step" | "tool_call" | "tool_result" | "final" | "error";

/**
 * One run: `queued`, then `running`, then one of three ends that never changes again. Everything that happens
 * goes into its log; the last event says how it ended.
 */
export class Run {
  readonly log = new EventLog<RunEvent>();
  readonly #control = new AbortController();
  readonly #meter: Meter;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #ended: Promise<void>;
  #resolveEnded: () => void = () => undefined;
  #status: RunStatus;
  #result: RunResult | undefined;

  constructor(
    readonly id: string,
    readonly request: RunRequest,
    instanceId: string | undefined,
  ) {
    this.#ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    const limits = request.limits ?? {};
    this.#meter = new Meter(limits);
    this.#status = { run_id: id, state: "queued", ...(instanceId ? { runtime_instance_id: instanceId } : {}) };
    const { timeout_ms } = limits;
    if (timeout_ms === undefined) return;
    const timeOut = (): void => this.#end(new RunFailure("limits.timeout", `The run had only ${timeout_ms} ms.`));
    if (timeout_ms === 0) timeOut();
    // Waiting in the queue counts: the caller's patience is what the limit is about. Node's timers end at 2^31.
    else this.#timer = setTimeout(timeOut, Math.min(timeout_ms, 2 ** 31 - 1)).unref();
  }

  get status(): RunStatus {
    return this.#status;
  }

  /** Undefined until the run has ended. */
  get result(): RunResult | undefined {
    return this.#result;
  }

  /** Settles when the run has ended. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Stops the run at once. One that has ended stays as it is. */
  cancel(reason = "The run was canceled."): void {
    this.#end(new RunFailure("canceled", reason, { state: "canceled" }));
  }

  /** Does the work. Never rejects: whatever happens is how the run ended. */
  async execute(executor: Executor, tools: Toolbox): Promise<void> {
    if (this.#result) return;
    this.#status = { ...this.#status, state: "running", started_at: new Date().toISOString() };
    try {
      this.#end(await this.#work(executor, tools));
    } catch (error) {
      this.#end(error instanceof RunFailure ? error : new RunFailure("runtime.exception", messageOf(error)));
    }
  }

  async #work(executor: Executor, tools: Toolbox): Promise<Record<string, unknown>> {
    const { signal } = this.#control;
    const progress = executor(this.request.input, {
      tools: await raced(tools.list(signal), signal),
      callTool: (toolId, args) => this.#callTool(tools, toolId, args),
      signal,
    });
    try {
      for (;;) {
        const next = await raced(progress.next(), signal);
        if (next.done) return next.value;
        this.#report(next.value);
      }
    } finally {
      // Not awaited: an executor that hangs must not keep the run from ending.
      progress.return({}).catch(() => undefined);
    }
  }

  #report(progress: Progress): void {
    if (progress.type === "step") {
      this.#meter.step();
      this.#append("step", { ...progress.data });
    } else {
      this.#meter.token();
      this.#append("token", { text: progress.text });
    }
  }

  async #callTool(tools: Toolbox, toolId: string, args: Record<string, unknown>): Promise<ToolOutcome> {
    const { signal } = this.#control;
    signal.throwIfAborted();
    this.#meter.toolCalls += 1;
    const call = this.#meter.toolCalls;
    this.#append("tool_call", { call, tool_id: toolId, args });
    const outcome = await raced(tools.call(toolId, args, signal), signal);
    this.#append("tool_result", { call, tool_id: toolId, ...outcome });
    return outcome;
  }

  #append(type: EventType, data: Record<string, unknown>): void {
    this.log.append({ run_id: this.id, seq: this.log.length, type, time: new Date().toISOString(), data });
  }

  /** The first end counts; the one terminal event, the state and the result change in one step. */
  #end(end: Record<string, unknown> | RunFailure): void {
    if (this.#result) return;
    clearTimeout(this.#timer);
    const usage = this.#meter.usage();
    const state = end instanceof RunFailure ? (end.options.state ?? "failed") : "succeeded";
    if (end instanceof RunFailure) {
      this.#result = { run_id: this.id, ok: false, error: end.detail(), usage };
      this.#append("error", { state, error: end.detail() });
    } else {
      this.#result = { run_id: this.id, ok: true, output: end, usage };
      this.#append("final", { state });
    }
    this.#status = { ...this.#status, state, ended_at: new Date().toISOString() };
    this.log.close();
    this.#control.abort(end instanceof RunFailure ? end : undefined);
    this.#resolveEnded();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
