import type { Media, Stream } from "../../operation.js";
import { equal } from "../../validation/checks/index.js";
import { Attempt } from "../attempt.js";
import { transmit } from "../engine.js";
import { AbortedError, ApiError, ConnectionError } from "../errors.js";
import { mediaOf } from "../media-of.js";
import type { StreamOptions } from "../options.js";
import type { Plan, PreparedRequest } from "../plan.js";
import { valueAt } from "../pointer.js";
import { failureOf, successRow } from "../problem.js";
import { backoff, DEFAULT_TIMEOUT_MS, delayFor, isRepeatable, isTransient, MAX_DELAY_MS, sleep } from "../retry.js";
import { decoderOf, type Frame } from "./frames.js";
import type { StreamResponse } from "./stream.js";

const DEFAULT_RETRIES = 5;
const DEFAULT_BACKOFF_MS = 1_000;
const MAX_ERROR_BYTES = 1024 * 1024;

/** What reading a stream needs. */
export interface Reading {
  readonly plan: Plan;
  readonly options: StreamOptions;
  readonly prepared: PreparedRequest;
  /** The stream media types of the contract. */
  readonly media: readonly Media[];
  /** Lives as long as the stream; its end is the end of everything. */
  readonly life: Attempt;
  /** Called with every answer that is a stream; the first call counts. */
  readonly answered: (response: StreamResponse) => void;
}

/** Where a stream is, over all of its connections. */
interface Progress {
  /** The last position seen. */
  position: string | undefined;
  /** An item was handed over. */
  started: boolean;
  /** Connections in a row that brought no new item. */
  failures: number;
  /** The range of the first wait, as asked for by the caller or the server's `retry`. */
  baseMs: number;
}

/** The items of a stream; connects again where that is safe, and throws when it is not or does not help. */
export async function* readItems(reading: Reading): AsyncGenerator<unknown, void, undefined> {
  const { plan, options, prepared, media, life } = reading;
  const operation = plan.row;
  const resume = media[0]?.stream?.resume;
  const own = resume === undefined ? undefined : (options.after ?? prepared.headers[resume.toLowerCase()]);
  const progress: Progress = {
    position: own,
    started: false,
    failures: 0,
    baseMs: options.backoffMs ?? DEFAULT_BACKOFF_MS,
  };
  for (;;) {
    let lost: unknown;
    try {
      if (resume !== undefined && progress.position !== undefined) {
        prepared.headers[resume.toLowerCase()] = headerText(progress.position);
      }
      if ((yield* readConnection(reading, progress)) === "complete") return;
      lost = new ConnectionError(operation.name, `${operation.name}: the stream ended before its last item`);
    } catch (error) {
      lost = error;
    }
    // Once items went out, only a position makes sure that none comes twice or is missed.
    const resumable = progress.started
      ? resume !== undefined && progress.position !== undefined
      : isRepeatable(operation, prepared);
    const retries = options.retries ?? DEFAULT_RETRIES;
    if (!resumable || !mayPass(lost) || progress.failures >= retries) throw lost;
    await sleep(operation.name, delayFor(lost, backoff(progress.failures, progress.baseMs)), life.signal);
    progress.failures += 1;
  }
}

/** The new items of one connection. `complete`: there will be no more; `ended`: it ended before the last item. */
async function* readConnection(
  { plan, options, prepared, media, life, answered }: Reading,
  progress: Progress,
): AsyncGenerator<unknown, "complete" | "ended", undefined> {
  const operation = plan.row;
  const attempt = new Attempt(operation.name, life.signal);
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    attempt.arm(options.timeoutMs ?? plan.engine.options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const answer = await transmit(plan, prepared, attempt);
    // Also when the contract does not say so: a server's 204 tells a stream's client to stop (HTML §9.2).
    const over = answer.status === 204;
    if (!over && successRow(operation, answer.status) === undefined) {
      throw await failureOf(plan, answer, attempt, MAX_ERROR_BYTES);
    }
    answered({ status: answer.status, headers: answer.headers });
    if (over) return "complete";
    const kind = mediaOf(operation.name, media, answer);
    const stream = kind.stream ?? { framing: "ndjson" };
    const decoder = decoderOf(operation.name, stream, options.maxItemBytes);
    const idleMs = options.idleTimeoutMs ?? (stream.heartbeat ?? 0) * 3000;
    const resumedAt = progress.position;
    reader = answer.body?.getReader();
    for (;;) {
      attempt.arm(idleMs, () => new ConnectionError(operation.name, `${operation.name}: silent for ${idleMs} ms`));
      const chunk = await attempt.wait(reader?.read() ?? END).catch((error) => {
        throw attempt.explain(error);
      });
      // The time that the reader of the items takes is not the server's silence.
      attempt.disarm();
      const frames = chunk.done ? decoder.end() : decoder.push(chunk.value);
      progress.baseMs = Math.min(decoder.retryMs ?? progress.baseMs, MAX_DELAY_MS);
      for (const frame of frames) {
        const position = frame.position ?? positionOf(stream, frame);
        if (isOld(position, resumedAt)) continue;
        const judging = plan.part.judge?.(plan, kind, frame.item, options);
        if (judging) await judging;
        progress.position = position ?? progress.position;
        progress.started = true;
        progress.failures = 0;
        yield frame.item;
        if (isTerminal(stream, frame.item)) return "complete";
      }
      // An id may come without an item; one that the server repeats must not move the stream back.
      if (!isOld(decoder.position, resumedAt)) progress.position = decoder.position ?? progress.position;
      if (decoder.done) return "complete";
      if (chunk.done) return stream.terminal === undefined ? "complete" : "ended";
    }
  } finally {
    attempt.end(new AbortedError(operation.name));
    attempt.release();
    reader?.cancel().catch(() => {});
  }
}

const END = Promise.resolve({ done: true as const, value: undefined });

/** A refusal stays one, except "later" (429) and trouble of the server's own. */
function mayPass(error: unknown): boolean {
  return isTransient(error) && !(error instanceof ApiError && error.status < 500 && error.status !== 429);
}

function positionOf({ id }: Stream, { item }: Frame): string | undefined {
  const position = id === undefined ? undefined : valueAt(item, id);
  return typeof position === "string" || typeof position === "number" ? String(position) : undefined;
}

/** After a resume a server may repeat itself: integers up to the position, or the very item at it, are old. */
function isOld(position: string | undefined, resumedAt: string | undefined): boolean {
  if (position === undefined || resumedAt === undefined) return false;
  const integer = /^\d{1,30}$/;
  if (integer.test(position) && integer.test(resumedAt)) return BigInt(position) <= BigInt(resumedAt);
  return position === resumedAt;
}

function isTerminal({ terminal }: Stream, item: unknown): boolean {
  if (terminal === undefined) return false;
  const value = valueAt(item, terminal.at);
  return terminal.values.some((each) => equal(each, value));
}

/** A header's bytes are Latin-1 to `fetch`; ids go out in UTF-8, as EventSource sends them. */
function headerText(position: string): string {
  return String.fromCharCode(...new TextEncoder().encode(position));
}
