import type { RunRequest, RunResult, RunStatus } from "@agentwire/models/runtime";
import type { Prunable } from "../storage/pruner.js";
import type { Document } from "../storage/storage.js";

/** The collection of all runs; a run's label is its state. */
export const RUNS = "run";

/** What is kept of a run beside its events, which are the stream `run/<run_id>`. */
export interface RunRecord {
  readonly request: RunRequest;
  readonly status: RunStatus;
  /** From the moment the run has ended. */
  readonly result?: RunResult;
  /** RFC 3339. The time limit counts from here. */
  readonly created_at: string;
}

export function documentOf(record: RunRecord): Document {
  return { collection: RUNS, id: record.status.run_id, label: record.status.state, body: record };
}

export function streamOf(runId: string): string {
  return `run/${runId}`;
}

/** Runs that have ended, with their events. */
export const ENDED_RUNS: Prunable<RunRecord> = {
  collection: RUNS,
  labels: ["succeeded", "failed", "canceled"],
  streamOf,
  endedAt: ({ status }) => status.ended_at,
};
