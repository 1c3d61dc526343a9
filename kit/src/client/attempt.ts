import { type AgentwireError, abortedBy, TimeoutError, unreachable } from "./errors.js";
import type { Answer, Trial } from "./plan.js";

/**
 * One try of something that can be aborted or time out. Everything that waits in it ends with the error that ended
 * the attempt, even when a `fetch` of one's own ignores signals.
 */
export class Attempt implements Trial {
  readonly operation: string;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  /** Ends what waits at the moment. By hand: a race with one long promise would remember everything it ran. */
  readonly #waiting = new Set<(reason: unknown) => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(operation: string, caller?: AbortSignal) {
    this.operation = operation;
    this.#caller = caller;
    // Linked by hand: `AbortSignal.any` keeps every attempt alive as long as a long-lived signal of the caller.
    if (caller?.aborted) this.#onAbort();
    else caller?.addEventListener("abort", this.#onAbort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the attempt after `ms` milliseconds unless armed again or disarmed first; 0 is never. */
  arm(ms: number, error: () => AgentwireError = () => new TimeoutError(this.operation, ms)): void {
    clearTimeout(this.#timer);
    if (ms > 0 && ms !== Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.end(error()), ms);
  }

  disarm(): void {
    clearTimeout(this.#timer);
  }

  /** Ends the attempt with an error: requests are aborted, waits are over. */
  end(error: unknown): void {
    this.#controller.abort(error);
    for (const reject of this.#waiting) reject(this.signal.reason);
  }

  /** Lets go of timer and caller. Call it exactly when nothing of the attempt is needed any more. */
  release(): void {
    this.disarm();
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }

  wait<T>(promise: Promise<T>, abandoned?: (value: T) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.signal.aborted) reject(this.signal.reason);
      else this.#waiting.add(reject);
      promise.then(
        (value) => {
          this.#waiting.delete(reject);
          if (this.signal.aborted) abandoned?.(value);
          resolve(value);
        },
        (error: unknown) => {
          this.#waiting.delete(reject);
          reject(error);
        },
      );
    });
  }

  async answer<T extends Answer>(promise: Promise<T>): Promise<T> {
    try {
      return await this.wait(promise, cancelLate);
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** What the caller should see of a failure of the network: why the attempt ended, or `ConnectionError`. */
  explain(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : unreachable(this.operation, error);
  }

  readonly #onAbort = (): void => {
    this.end(abortedBy(this.operation, this.#caller?.reason));
  };
}

/** Nobody waits for this answer any more. */
export function cancelLate(answer: Answer): void {
  answer.body?.cancel().catch(() => {});
}
