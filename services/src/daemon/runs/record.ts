import type { RunRequest, RunResult, RunState, RunStatus } from "@agentwire/models/runtime";
import type { Prunable } from "../../storage/pruner.js";
import type { Document } from "../../storage/storage.js";

/** The collection of all runs; a run's label is its state, and its owner the instance that has it. */
export const RUNS = "run";

/** The states of a run that goes on. */
export const UNDER_WAY: readonly RunState[] = ["queued", "running"];

/** What is kept of a run beside its trace, which is the stream `trace/<run_id>`. */
export interface RunRecord {
  readonly request: RunRequest;
  readonly status: RunStatus;
  /** As soon as it is known, so that it outlives the runtime. */
  readonly result?: RunResult;
  readonly destination: Destination;
  /** Whether the runtime has said that it has the run. */
  readonly handed_over: boolean;
}

/** Where a run goes: to an instance, or to an address that its request named. */
export type Destination = { readonly instance_id: string } | { readonly endpoint: string };

export function documentOf(record: RunRecord): Document {
  const { run_id: id, state: label, runtime_instance_id: owner } = record.status;
  return { collection: RUNS, id, label, owner, body: record };
}

export function traceStreamOf(runId: string): string {
  return `trace/${runId}`;
}

export function hasEnded({ state }: RunStatus): boolean {
  return !UNDER_WAY.includes(state);
}

/** Runs that have ended, with their traces. */
export const ENDED_RUNS: Prunable<RunRecord> = {
  collection: RUNS,
  labels: ["succeeded", "failed", "canceled"] satisfies RunState[],
  streamOf: traceStreamOf,
  endedAt: ({ status }) => status.ended_at,
};
