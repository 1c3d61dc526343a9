import { type Logger, shareItem, silent } from "@agentwire/kit/server";
import type { ResourceRef } from "@agentwire/models/common";
import type { RunEvent, RunRequest, RunResult, RunStatus } from "@agentwire/models/runtime";
import { backOff, messageOf, raced } from "../shared/signals.js";
import { LiveStream } from "../storage/live-stream.js";
import type { Storage } from "../storage/storage.js";
import { type Executor, type Progress, RunFailure, type ToolOutcome } from "./executor.js";
import { Meter } from "./meter.js";
import { documentOf, type RunRecord, streamOf } from "./record.js";
import type { Toolbox } from "./toolbox.js";

type EventType = RunEvent["type"];

/** Events that may be on their way to the disk before the agent has to wait for it. */
const MAX_PENDING = 256;

/** Milliseconds of the longest timer that Node has. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** How the end of a run is tried to be kept when the storage fails: it is the one thing that must not get lost. */
const KEEP_TRYING = { first: 250, most: 10_000 };

/** What a run needs of the runtime that has it. */
export interface RunSurroundings {
  readonly storage: Storage;
  /** Gives up on what cannot be kept. */
  readonly closing: AbortSignal;
  /** Hears once that a run has ended. */
  readonly onEnd: (run: Run) => void;
  readonly log?: Logger;
}

/**
 * One run: `queued`, then `running`, then one of three ends that never changes again. Everything that happens
 * goes into its events; the last one says how it ended. Callers are told of nothing that is not durable.
 *
 * Very many may wait at a time, so what only a run at work needs is made when it is needed.
 */
export class Run {
  #events: LiveStream<RunEvent> | undefined;
  #control: AbortController | undefined;
  #meter: Meter | undefined;
  #timer: NodeJS.Timeout | undefined;
  #artifacts: ResourceRef[] | undefined;
  /** Set once it is decided how it ends; settles when that is durable. */
  #ending: Promise<void> | undefined;
  readonly #since = performance.now();
  #record: RunRecord;

  /** @param length how many events it has: none, unless it was left by a process before this one */
  constructor(
    private readonly surroundings: RunSurroundings,
    record: RunRecord,
    private readonly length = 0,
  ) {
    this.#record = record;
    const { timeout_ms } = record.request.limits ?? {};
    if (timeout_ms !== undefined) this.#endAfter(timeout_ms);
  }

  get id(): string {
    return this.#record.status.run_id;
  }

  get events(): LiveStream<RunEvent> {
    this.#events ??= new LiveStream(this.surroundings.storage, streamOf(this.id), this.length);
    return this.#events;
  }

  get request(): RunRequest {
    return this.#record.request;
  }

  get status(): RunStatus {
    return this.#record.status;
  }

  /** Undefined until the run has ended. */
  get result(): RunResult | undefined {
    return this.#record.result;
  }

  /** Stops the run at once, and resolves when its end is durable. One that has ended stays as it is. */
  stop(failure: RunFailure): Promise<void> {
    return this.#end(failure);
  }

  /** Does the work. Never rejects: whatever happens is how the run ended. */
  async execute(executor: Executor, tools: Toolbox): Promise<void> {
    if (this.#ending) return this.#ending;
    try {
      if (this.status.state === "queued") await this.#begin();
      await this.#end(await this.#work(executor, tools));
    } catch (error) {
      if (!(error instanceof RunFailure)) this.#log.error({ err: error, run: this.id }, "a run failed");
      await this.#end(error instanceof RunFailure ? error : new RunFailure("runtime.exception", messageOf(error)));
    }
  }

  get #log(): Logger {
    return this.surroundings.log ?? silent;
  }

  get #signal(): AbortSignal {
    this.#control ??= new AbortController();
    return this.#control.signal;
  }

  get #measured(): Meter {
    this.#meter ??= new Meter(this.request.limits ?? {}, this.#since);
    return this.#meter;
  }

  /** Waiting in the queue counts: the caller's patience is what the limit is about. */
  #endAfter(timeoutMs: number): void {
    const left = Date.parse(this.#record.created_at) + timeoutMs - Date.now();
    const look = () => {
      if (left > LONGEST_TIMER) this.#endAfter(timeoutMs);
      else void this.#end(new RunFailure("limits.timeout", `The run had only ${timeoutMs} ms.`));
    };
    this.#timer = setTimeout(look, Math.max(0, Math.min(left, LONGEST_TIMER))).unref();
  }

  /** Known to be running before anything is done: after a crash it must not be done a second time. */
  async #begin(): Promise<void> {
    const status = { ...this.status, state: "running" as const, started_at: new Date().toISOString() };
    const record = { ...this.#record, status };
    await this.surroundings.storage.commit({ put: [documentOf(record)] });
    if (!this.#ending) this.#record = record;
  }

  async #work(executor: Executor, tools: Toolbox): Promise<Record<string, unknown>> {
    const signal = this.#signal;
    const progress = executor(this.request.input, {
      runId: this.id,
      tools: await raced(tools.list(signal), signal),
      limits: this.request.limits ?? {},
      callTool: (toolId, args) => this.#callTool(tools, toolId, args),
      addUsage: (usage) => this.#measured.add(usage),
      addArtifact: (artifact) => (this.#artifacts = [...(this.#artifacts ?? []), artifact]),
      signal,
      log: this.#log,
    });
    try {
      for (;;) {
        const next = await raced(progress.next(), signal);
        if (next.done) return next.value;
        await this.#report(next.value);
      }
    } finally {
      // Not awaited: an executor that hangs must not keep the run from ending.
      progress.return({}).catch(() => undefined);
    }
  }

  async #report(progress: Progress): Promise<void> {
    if (progress.type === "step") this.#measured.step();
    else if (progress.type === "token") this.#measured.token();
    else if (progress.type === "tool_call") this.#measured.toolCalls += 1;
    const appended = this.#append(progress.type, progress.type === "token" ? { text: progress.text } : progress.data);
    if (this.events.pending >= MAX_PENDING) await appended;
  }

  async #callTool(tools: Toolbox, toolId: string, args: Record<string, unknown>): Promise<ToolOutcome> {
    const signal = this.#signal;
    signal.throwIfAborted();
    this.#measured.toolCalls += 1;
    const call = this.#measured.toolCalls;
    // On record before it is made: what a tool does may matter more than the run.
    await raced(this.#append("tool_call", { call, tool_id: toolId, args }), signal);
    const outcome = await raced(tools.call(toolId, args, signal), signal);
    void this.#append("tool_result", { call, tool_id: toolId, ...outcome });
    return outcome;
  }

  /** Resolves when the event is durable. A storage that fails ends the run. */
  async #append(type: EventType, data: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#ending) return;
    try {
      await this.events.append((seq) => this.#event(seq, type, data));
    } catch (error) {
      void this.#end(new RunFailure("storage.failed", messageOf(error), { retryable: true }));
    }
  }

  #event(seq: number, type: EventType, data: Readonly<Record<string, unknown>>): RunEvent {
    return shareItem({ run_id: this.id, seq, type, time: new Date().toISOString(), data: { ...data } });
  }

  /** The first end counts. */
  #end(end: Record<string, unknown> | RunFailure): Promise<void> {
    this.#ending ??= this.#keepEnd(end);
    return this.#ending;
  }

  /** The one terminal event, the state and the result are kept in one step. */
  async #keepEnd(end: Record<string, unknown> | RunFailure): Promise<void> {
    clearTimeout(this.#timer);
    const failure = end instanceof RunFailure ? end : undefined;
    this.#control?.abort(failure);
    const state = failure ? (failure.options.state ?? "failed") : "succeeded";
    const outcome = failure
      ? { ok: false, error: failure.detail() }
      : { ok: true, output: end as Record<string, unknown> };
    const artifacts = this.#artifacts ? { artifacts: this.#artifacts } : {};
    const record: RunRecord = {
      ...this.#record,
      status: { ...this.status, state, ended_at: new Date().toISOString() },
      result: { run_id: this.id, ...outcome, ...artifacts, usage: this.#measured.usage() },
    };
    const data = failure ? { state, error: failure.detail() } : { state };
    const keep = () =>
      this.events.append((seq) => this.#event(seq, failure ? "error" : "final", data), [documentOf(record)]);
    try {
      await backOff(keep, KEEP_TRYING, this.surroundings.closing, (error) =>
        this.#log.error({ err: error, run: this.id }, "the end of a run cannot be kept yet"),
      );
      this.#record = record;
    } catch (error) {
      // The next start finds it running, and resolves it.
      this.#log.error({ err: error, run: this.id }, "the end of a run was not kept");
    }
    this.events.close();
    this.surroundings.onEnd(this);
  }
}
