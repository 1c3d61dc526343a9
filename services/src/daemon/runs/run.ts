import type { TraceEvent } from "@agentwire/models/daemon";
import type { RunEvent, RunRequest, RunResult, RunStatus } from "@agentwire/models/runtime";
import { LiveStream } from "../../storage/live-stream.js";
import type { Storage } from "../../storage/storage.js";
import { documentOf, hasEnded, type RunRecord, traceStreamOf } from "./record.js";
import { type Entry, entryOf, entryOfEvent } from "./trace.js";

/** A run that the Daemon looks after. What can be read here is durable. */
export class Run {
  /** Whether the runtime may have the run although it has not said so: an answer may have been lost. */
  isOffered: boolean;
  readonly #trace: LiveStream<TraceEvent>;
  #record: RunRecord;

  /**
   * @param length how many entries its trace has
   * @param lastSeq the number of the last event of the runtime among them; -1 without any
   */
  constructor(
    private readonly storage: Storage,
    record: RunRecord,
    length = 0,
    private lastSeq = -1,
  ) {
    this.#record = record;
    this.isOffered = length > 0;
    this.#trace = new LiveStream(storage, traceStreamOf(record.status.run_id), length);
  }

  get id(): string {
    return this.#record.status.run_id;
  }

  get request(): RunRequest {
    return this.#record.request;
  }

  get status(): RunStatus {
    return this.#record.status;
  }

  get result(): RunResult | undefined {
    return this.#record.result;
  }

  get isHandedOver(): boolean {
    return this.#record.handed_over;
  }

  get hasEnded(): boolean {
    return hasEnded(this.status);
  }

  /** The number of the last event of the runtime that the trace has; -1 without any. */
  get lastRuntimeSeq(): number {
    return this.lastSeq;
  }

  /** Entries that are on their way to the disk. */
  get pending(): number {
    return this.#trace.pending;
  }

  /** Keeps the run for the first time. */
  async submit(): Promise<void> {
    const { request, destination } = this.#record;
    const { runtime_selector = {} } = request;
    await Promise.all([
      this.#append({ type: "run.submitted", level: "info", data: { selector: runtime_selector } }, this.#record),
      this.#append({ type: "run.routed", level: "info", data: { ...destination } }),
    ]);
  }

  /** Tells something in the trace. */
  async note(entry: Entry): Promise<void> {
    await this.#append(entry);
  }

  /** Takes an event of the runtime into the trace. Resolves when it is durable. */
  async take(event: RunEvent): Promise<void> {
    await this.#trace.append((seq) => entryOfEvent(this.id, seq, event));
    this.lastSeq = event.seq;
  }

  async handedOver(status: RunStatus): Promise<void> {
    const record = { ...this.#record, handed_over: true, status: this.#ours(status, false) };
    await this.#append({ type: "run.handed_over", level: "info", data: { state: status.state } }, record);
    this.#record = record;
  }

  /** Moves on with the runtime, while the run has not ended. */
  async update(status: RunStatus): Promise<void> {
    if (this.hasEnded || hasEnded(status) || status.state === this.status.state) return;
    await this.#keep({ ...this.#record, status: this.#ours(status, false) });
  }

  /** Ends the run, with its result where there is one. The first end counts. */
  async end(status: RunStatus, result?: RunResult): Promise<void> {
    if (this.hasEnded) return;
    const record = { ...this.#record, status: this.#ours(status, true), ...(result ? { result } : {}) };
    const { state } = status;
    const error = result?.error;
    const level = state === "failed" ? "error" : "info";
    await this.#append({ type: "run.ended", level, data: { state, ...(error ? { error } : {}) } }, record);
    this.#record = record;
  }

  async #keep(record: RunRecord): Promise<void> {
    await this.storage.commit({ put: [documentOf(record)] });
    this.#record = record;
  }

  async #append(entry: Entry, record?: RunRecord): Promise<void> {
    const put = record ? [documentOf(record)] : undefined;
    await this.#trace.append((seq) => entryOf(this.id, seq, entry), put);
  }

  /** What the runtime says, under our id, with the instance filled in, and with an end only when it has come. */
  #ours(status: RunStatus, ended: boolean): RunStatus {
    const { destination } = this.#record;
    const instance = "instance_id" in destination ? { runtime_instance_id: destination.instance_id } : {};
    const { ended_at, ...rest } = { ...instance, ...status, run_id: this.id };
    if (ended) return { ...rest, ended_at: ended_at ?? new Date().toISOString() };
    return hasEnded(status) ? { ...rest, state: this.status.state } : rest;
  }
}
