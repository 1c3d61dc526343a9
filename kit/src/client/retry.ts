import { timeLimit } from "#platform";
import { Attempt } from "./attempt.js";
import { ApiError, ConnectionError, TimeoutError } from "./errors.js";
import type { CallOptions, ClientOptions } from "./options.js";
import type { Part } from "./part.js";
import type { PreparedRequest } from "./plan.js";
import { valueAt, withValueAt } from "./pointer.js";
import { retryAfter } from "./retry-after.js";
import type { RequestObject, Row } from "./row.js";

/** The longest wait between two attempts, in milliseconds, whatever the server asks for. */
export const MAX_DELAY_MS = 30_000;
/** Milliseconds an attempt may take. */
export const DEFAULT_TIMEOUT_MS = 30_000;

const DEFAULT_RETRIES = 2;
const BASE_DELAY_MS = 500;
const TRANSIENT = [408, 425, 429, 500, 502, 503, 504];

/**
 * The part that limits the time of each attempt, fills in idempotency keys, and sends again where the contract says
 * that it is safe.
 */
export function retries(
  defaults: Pick<ClientOptions, "retries" | "timeoutMs"> = {},
): Part<Pick<CallOptions, "retries" | "timeoutMs">> {
  const limit = timeLimit(defaults.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  return {
    complete: withKey,
    repeat: async (plan, request, options, attempt) => {
      const { name } = plan.row;
      const most = options.retries ?? defaults.retries ?? DEFAULT_RETRIES;
      for (let failures = 0; ; failures++) {
        const trial = new Attempt(name, options.signal);
        let failure: unknown;
        try {
          if (options.timeoutMs === undefined) limit.begin(trial);
          else trial.arm(options.timeoutMs);
          return await attempt(trial);
        } catch (error) {
          if (failures >= most || !isTransient(error) || !isRepeatable(plan.row, request)) throw error;
          failure = error;
        } finally {
          limit.end(trial);
          trial.release();
        }
        await sleep(name, delayFor(failure, backoff(failures, BASE_DELAY_MS)), options.signal);
      }
    },
  };
}

/** True when sending the request again does no harm. */
export function isRepeatable({ retry, idempotency }: Row, { source, body }: PreparedRequest): boolean {
  if (body?.once || retry === undefined) return false;
  const key = idempotency && valueAt(source, idempotency.key);
  return retry === "always" || (key ?? "") !== "";
}

/** True when the same request may do better: no answer, or a status that passes. The service's own "no" counts. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof TimeoutError) return true;
  return error instanceof ApiError && TRANSIENT.includes(error.status) && error.retryable !== false;
}

/** The server's `Retry-After` when the error has one, else the back-off; never more than 30 s. */
export function delayFor(error: unknown, backoffMs: number): number {
  const asked = error instanceof ApiError ? retryAfter(error.headers.get("retry-after")) : undefined;
  return Math.min(asked ?? backoffMs, MAX_DELAY_MS);
}

/** Exponential back-off with full jitter: anything from 0 to `base` doubled `failures` times, in milliseconds. */
export function backoff(failures: number, baseMs: number, maxMs: number = MAX_DELAY_MS): number {
  return Math.random() * Math.min(maxMs, baseMs * 2 ** failures);
}

/** Waits, and throws `AbortedError` at once when the signal fires. */
export function sleep(operation: string, ms: number, signal?: AbortSignal): Promise<void> {
  const pause = new Attempt(operation, signal);
  return new Promise<void>((resolve, reject) => {
    pause.onEnd(reject);
    pause.after(ms, resolve);
  }).finally(() => pause.release());
}

function withKey({ idempotency }: Row, request: RequestObject): RequestObject {
  if (!idempotency?.generate || valueAt(request, idempotency.key) !== undefined) return request;
  return withValueAt(request, idempotency.key, randomId()) as RequestObject;
}

/** A random UUID. Pages that are not a secure context have no `randomUUID`; a key has to be new there, not secret. */
function randomId(): string {
  return (
    crypto.randomUUID?.() ??
    "xxxxxxxx-xxxx-4xxx-9xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(Math.random() * 16).toString(16))
  );
}
