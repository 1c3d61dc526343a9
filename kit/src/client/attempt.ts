import { AbortedError, AgentwireError, ConnectionError, TimeoutError } from "./errors.js";

/**
 * One try of something that can be aborted or time out. Everything that waits in it ends with the error that ended
 * the attempt, even when a `fetch` of one's own ignores signals.
 */
export class Attempt {
  readonly operation: string;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
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
  }

  /** Lets go of timer and caller. Call it exactly when nothing of the attempt is needed any more. */
  release(): void {
    this.disarm();
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }

  /** Waits for a promise, at most until the attempt ends; `abandoned` then gets what comes too late. */
  async wait<T>(promise: Promise<T>, abandoned?: (value: T) => void): Promise<T> {
    const { signal } = this;
    let stop = () => {};
    const ended = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
    try {
      // The end comes first: a promise that has settled already must not outlive it.
      return await Promise.race([ended, promise]);
    } catch (error) {
      if (signal.aborted) {
        promise.then(abandoned, () => {});
        throw signal.reason;
      }
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** What the caller should see of a failure of the network: why the attempt ended, or `ConnectionError`. */
  explain(error: unknown): unknown {
    if (this.signal.aborted) return this.signal.reason;
    if (error instanceof AgentwireError) return error;
    return new ConnectionError(this.operation, `${this.operation}: ${describe(error)}`, { cause: error });
  }

  readonly #onAbort = (): void => {
    this.end(abortedBy(this.operation, this.#caller?.reason));
  };
}

/** The error for a signal's reason, which may be one of ours already. */
export function abortedBy(operation: string, reason: unknown): AgentwireError {
  return reason instanceof AgentwireError ? reason : new AbortedError(operation, reason);
}

/** Fetch says "fetch failed" and hides the reason in `cause`. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const reason = cause instanceof Error && cause.message !== "" ? ` (${cause.message})` : "";
  return `no connection: ${error instanceof Error ? error.message : String(error)}${reason}`;
}
