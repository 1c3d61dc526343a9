import { ApiError } from "@agentwire/kit/client";
import type { RunEvent, RunResult, RunStatus } from "@agentwire/models/runtime";
import { sleep } from "../shared/signals.js";
import type { RunRecord } from "./run-record.js";
import { UpstreamProblem } from "./upstream.js";

const POLL_MS = 250;
const MAX_POLL_MS = 2000;

/**
 * Hands a run to its runtime and keeps the record up to date until the run has ended: by its event stream, or by
 * asking again and again where a runtime has none. Never rejects: a runtime that is lost fails the run.
 */
export async function follow(record: RunRecord, closing: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([closing, record.target.gone]);
  try {
    await handOver(record, signal);
    // Also when it has ended already: its events are the trace.
    await followEvents(record, signal);
    if (!hasEnded(record.status)) await poll(record, signal);
  } catch (error) {
    lose(record, signal.aborted ? signal.reason : error);
  }
  if (record.result) return;
  const result = await fetchResult(record, signal).catch(() => undefined);
  if (result) record.result = result;
}

/** The result as the runtime has it. */
export async function fetchResult({ id, target }: RunRecord, signal?: AbortSignal): Promise<RunResult> {
  return await target.client.getRunResult({ path: { run_id: id } }, { signal });
}

async function handOver(record: RunRecord, signal: AbortSignal): Promise<void> {
  // The runtime is not to choose a runtime.
  const { runtime_selector: _, ...request } = record.request;
  update(record, await record.target.client.createRun({ body: { ...request, run_id: record.id } }, { signal }));
}

async function followEvents(record: RunRecord, signal: AbortSignal): Promise<void> {
  const { client } = record.target;
  try {
    for await (const event of client.streamRunEvents({ path: { run_id: record.id } }, { signal })) {
      record.events.push(event);
      if (event.type === "final" || event.type === "error") await end(record, event, signal);
      else if (record.status.state === "queued") update(record, await status(record, signal));
    }
  } catch (error) {
    // The stream is optional in the contract: a runtime without one is asked instead.
    const missing = error instanceof ApiError && [404, 405, 406, 501].includes(error.status);
    if (!missing && !hasEnded(record.status)) throw error;
  }
}

async function poll(record: RunRecord, signal: AbortSignal): Promise<void> {
  for (let wait = POLL_MS; !hasEnded(record.status); wait = Math.min(wait * 1.5, MAX_POLL_MS)) {
    await sleep(wait, signal);
    update(record, await status(record, signal));
  }
}

/** A runtime that is on its way out may say how a run ended and then not answer any more; the event is enough. */
async function end(record: RunRecord, event: RunEvent, signal: AbortSignal): Promise<void> {
  const asked = await status(record, signal, 0).catch(() => undefined);
  if (asked && hasEnded(asked)) {
    update(record, asked);
    return;
  }
  const failed = event.data?.["state"] === "canceled" ? "canceled" : "failed";
  const state = event.type === "final" ? "succeeded" : failed;
  update(record, { ...record.status, state, ended_at: event.time });
  const error = event.data?.["error"];
  if (event.type === "error" && isDetail(error)) record.result = { run_id: record.id, ok: false, error };
}

async function status({ id, target }: RunRecord, signal: AbortSignal, retries?: number): Promise<RunStatus> {
  return await target.client.getRunStatus({ path: { run_id: id } }, { signal, retries });
}

/** Takes over what the runtime says, under our id and with the instance filled in. */
function update(record: RunRecord, status: RunStatus): void {
  const { instanceId } = record.target;
  record.status = { ...(instanceId ? { runtime_instance_id: instanceId } : {}), ...status, run_id: record.id };
}

/** Without its runtime a run has ended: canceled when the Daemon itself has stopped the instance, else failed. */
function lose(record: RunRecord, error: unknown): void {
  if (hasEnded(record.status)) return;
  const stopped = record.target.gone.aborted;
  const detail = stopped
    ? { code: "canceled", message: "The instance was stopped." }
    : new UpstreamProblem("The runtime was lost before the run ended.", error).toDetail();
  record.status = { ...record.status, state: stopped ? "canceled" : "failed", ended_at: new Date().toISOString() };
  record.result = { run_id: record.id, ok: false, error: detail };
}

function hasEnded({ state }: RunStatus): boolean {
  return state === "succeeded" || state === "failed" || state === "canceled";
}

function isDetail(value: unknown): value is { code: string; message: string } {
  if (typeof value !== "object" || value === null) return false;
  const { code, message } = value as { code?: unknown; message?: unknown };
  return typeof code === "string" && typeof message === "string";
}
