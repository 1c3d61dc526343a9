import { abortedBy } from "./attempt.js";
import { ApiError, ConnectionError, TimeoutError } from "./errors.js";

/** The longest wait between two attempts, in milliseconds, whatever the server asks for. */
export const MAX_DELAY_MS = 30_000;

const BASE_DELAY_MS = 500;
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);

/** True when the same request may do better: no answer, or a status that passes. The service's own "no" counts. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof TimeoutError) return true;
  return error instanceof ApiError && TRANSIENT.has(error.status) && error.retryable !== false;
}

/** Runs `attempt` until it succeeds, fails for good, or was repeated `retries` times. */
export async function withRetries<T>(
  operation: string,
  retries: number,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (failures >= retries || !isTransient(error)) throw error;
      await sleep(operation, delayFor(error, backoff(failures, BASE_DELAY_MS)), signal);
    }
  }
}

/** The server's `Retry-After` when the error has one, else the back-off; never more than 30 s. */
export function delayFor(error: unknown, backoffMs: number): number {
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  return Math.min(asked ?? backoffMs, MAX_DELAY_MS);
}

/** Exponential back-off with full jitter: anything from 0 to `base` doubled `failures` times, in milliseconds. */
export function backoff(failures: number, baseMs: number, maxMs: number = MAX_DELAY_MS): number {
  return Math.random() * Math.min(maxMs, baseMs * 2 ** failures);
}

/** Waits, and throws `AbortedError` at once when the signal fires. */
export function sleep(operation: string, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(abortedBy(operation, signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
