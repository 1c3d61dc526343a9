import { ApiError, type CallOptions } from "@agentwire/kit/client";
import type { ErrorDetail } from "@agentwire/models/common";
import type { RunEvent, RunResult, RunStatus } from "@agentwire/models/runtime";
import { messageOf, sleep } from "../../shared/signals.js";
import { causeOf, UpstreamProblem } from "../upstream.js";
import { hasEnded } from "./record.js";
import type { Run } from "./run.js";
import type { Target } from "./target.js";

/** Milliseconds between tries to reach a runtime, and between questions to one without an event stream. */
const RETRY = { first: 100, most: 2000 };
const POLL = { first: 250, most: 2000 };

/** Milliseconds that a runtime has to answer when it is given a run. */
const OFFER_TIMEOUT_MS = 60_000;

/** Events that may be on their way to the disk before the runtime has to wait for it. */
const MAX_PENDING = 256;

/** The run is over, as its runtime cannot or will not have it. */
class RunLost extends Error {
  constructor(readonly detail: ErrorDetail) {
    super(detail.message);
  }
}

/**
 * Hands a run to its runtime and keeps up with it until it has ended: by its event stream, or by asking again and again
 * where a runtime has none. A runtime that cannot be reached is tried again, until it is lost for too long. Rejects
 * only when `closing` aborts, and then the run goes on with the next Daemon.
 */
export async function follow(run: Run, target: Target, lostAfterMs: number, closing: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([closing, target.gone.signal]);
  let lost: { readonly since: number; readonly restarts: number; readonly seq: number } | undefined;
  for (let wait = RETRY.first; !run.hasEnded; wait = Math.min(2 * wait, RETRY.most)) {
    try {
      await target.untilReady(signal);
      await attend(run, target, signal);
    } catch (error) {
      closing.throwIfAborted();
      if (signal.aborted) return await fail(run, lostDetail(messageOf(target.gone.signal.reason)));
      if (error instanceof RunLost) return await fail(run, error.detail);
      const now = { since: Date.now(), restarts: target.restarts, seq: run.lastRuntimeSeq };
      // Where something has moved, patience starts anew.
      if (!lost || lost.restarts !== now.restarts || lost.seq !== now.seq) {
        lost = now;
        wait = RETRY.first;
        await run.note({ type: "run.retried", level: "warn", data: { cause: causeOf(error) } });
      }
      if (now.since - lost.since >= lostAfterMs) {
        return await fail(run, new UpstreamProblem("The runtime was lost before the run ended.", error).toDetail());
      }
      await sleep(wait, signal).catch(() => undefined);
    }
  }
}

/** The result as the runtime has it. */
export async function fetchResult(run_id: string, { client }: Target, options: CallOptions = {}): Promise<RunResult> {
  return { ...(await client.getRunResult({ path: { run_id } }, options)), run_id };
}

/** The status as the runtime has it. */
export async function fetchStatus(run_id: string, { client }: Target, signal: AbortSignal): Promise<RunStatus> {
  return await client.getRunStatus({ path: { run_id } }, { signal, retries: 0 });
}

/** Ends a run whose runtime is not there any more. */
export async function lose(run: Run): Promise<void> {
  await fail(run, lostDetail("The runtime of this run is not there any more."));
}

async function fail(run: Run, error: ErrorDetail): Promise<void> {
  await run.end({ ...run.status, state: "failed" }, { run_id: run.id, ok: false, error });
}

/** One try to see a run through. @throws RunLost, or what went wrong on the way */
async function attend(run: Run, target: Target, signal: AbortSignal): Promise<void> {
  const known = run.isHandedOver ? await findAgain(run, target, signal) : await handOver(run, target, signal);
  // Also when it has ended already: its events are the trace.
  const last = await followEvents(run, target, signal);
  const ended = last ? await endOf(run, target, last, signal) : await poll(run, target, known, signal);
  const result = await fetchResult(run.id, target, { signal }).catch(() => last && resultOf(run, last));
  await run.end(ended, result);
}

async function handOver(run: Run, target: Target, signal: AbortSignal): Promise<RunStatus> {
  const status = (run.isOffered && (await find(run, target, signal))) || (await offer(run, target, signal));
  await run.handedOver(status);
  return status;
}

/** A runtime may take its time to answer, in the worst case that of the whole run. @throws RunLost when it refuses */
async function offer(run: Run, { client }: Target, signal: AbortSignal): Promise<RunStatus> {
  // The runtime is not to choose a runtime.
  const { runtime_selector: _, ...request } = run.request;
  run.isOffered = true;
  try {
    const body = { ...request, run_id: run.id };
    return await client.createRun({ body }, { signal, retries: 0, timeoutMs: OFFER_TIMEOUT_MS });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const message = "The runtime has refused the run.";
    throw new RunLost({ code: "runtime.refused", message, retryable: error.retryable ?? false, cause: causeOf(error) });
  }
}

/** Not handed over again: what it has done already must not be done twice. */
async function findAgain(run: Run, target: Target, signal: AbortSignal): Promise<RunStatus> {
  const status = await find(run, target, signal);
  if (status) return status;
  throw new RunLost(lostDetail("The runtime does not know the run any more."));
}

/** The status of a run that the runtime may not have. */
async function find(run: Run, target: Target, signal: AbortSignal): Promise<RunStatus | undefined> {
  try {
    return await fetchStatus(run.id, target, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** The event that ends the run; undefined where a runtime has no events, which are optional in the contract. */
async function followEvents(run: Run, target: Target, signal: AbortSignal): Promise<RunEvent | undefined> {
  const path = { run_id: run.id };
  const after = run.lastRuntimeSeq < 0 ? {} : { after: String(run.lastRuntimeSeq) };
  let failure: unknown;
  try {
    for await (const event of target.client.streamRunEvents({ path }, { signal, retries: 0, ...after })) {
      if (failure) throw failure;
      // A runtime that cannot resume starts over.
      if (event.seq <= run.lastRuntimeSeq) continue;
      const kept = run.take(event).catch((error: unknown) => (failure = error));
      if (run.pending >= MAX_PENDING) await kept;
      if (isLast(event)) {
        await kept;
        if (failure) throw failure;
        return event;
      }
      if (run.status.state === "queued") await run.update(await fetchStatus(run.id, target, signal));
    }
  } catch (error) {
    if (error instanceof ApiError && [404, 405, 406, 501].includes(error.status)) return undefined;
    throw error;
  }
  // The last event may have come to the process before this one.
  if (hasEnded(await fetchStatus(run.id, target, signal))) return undefined;
  throw new Error("its event stream ended before the run");
}

async function poll(run: Run, target: Target, known: RunStatus, signal: AbortSignal): Promise<RunStatus> {
  let status = known;
  for (let wait = POLL.first; !hasEnded(status); wait = Math.min(wait * 1.5, POLL.most)) {
    await sleep(wait, signal);
    status = await fetchStatus(run.id, target, signal);
    await run.update(status);
  }
  return status;
}

/** A runtime that is on its way out may say how a run ended and then not answer any more; the event is enough. */
async function endOf(run: Run, target: Target, event: RunEvent, signal: AbortSignal): Promise<RunStatus> {
  const asked = await fetchStatus(run.id, target, signal).catch(() => undefined);
  if (asked && hasEnded(asked)) return asked;
  const failed = event.data?.["state"] === "canceled" ? "canceled" : "failed";
  return { ...run.status, state: event.type === "final" ? "succeeded" : failed, ended_at: event.time };
}

/** What the last event says of the result, for when the runtime does not say it any more. */
function resultOf({ id }: Run, { type, data }: RunEvent): RunResult | undefined {
  const error = data?.["error"];
  return type === "error" && isDetail(error) ? { run_id: id, ok: false, error } : undefined;
}

/** The answer will be the same next time. */
function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status < 500 && error.status !== 429 && error.status !== 408;
}

function isLast({ type }: RunEvent): boolean {
  return type === "final" || type === "error";
}

function lostDetail(message: string): ErrorDetail {
  return { code: "runtime.lost", message, retryable: true };
}

function isDetail(value: unknown): value is ErrorDetail {
  if (typeof value !== "object" || value === null) return false;
  const { code, message } = value as { code?: unknown; message?: unknown };
  return typeof code === "string" && typeof message === "string";
}
