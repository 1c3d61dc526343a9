import { type AgentwireError, abortedBy, TimeoutError, unreachable } from "./errors.js";
import type { Answer, Trial } from "./plan.js";

/** How long attempts may take that all have the same time. */
export interface TimeLimit {
  begin(attempt: Limited): void;
  end(attempt: Limited): void;
}

/** What a limit needs of an attempt. */
export type Limited = Pick<Attempt, "operation" | "arm" | "disarm" | "end">;

/**
 * One try of something that can be aborted or time out. Everything that waits in it ends with the error that ended
 * the attempt, even when a `fetch` of one's own ignores signals.
 */
export class Attempt implements Trial {
  readonly operation: string;
  readonly #caller: AbortSignal | undefined;
  /** Stops what waits at the moment. By hand: a race with one long promise would remember everything it ran. */
  readonly #waiting: ((reason: unknown) => void)[] = [];
  #end: { readonly reason: unknown } | undefined;
  /** Made when somebody asks: a signal costs more than the rest of an attempt. */
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(operation: string, caller?: AbortSignal) {
    this.operation = operation;
    this.#caller = caller;
    // Linked by hand: `AbortSignal.any` keeps every attempt alive as long as a long-lived signal of the caller.
    if (caller?.aborted) this.handleEvent();
    else caller?.addEventListener("abort", this);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#end) this.#controller.abort(this.#end.reason);
    }
    return this.#controller.signal;
  }

  /** Calls `stop` when the attempt ends, or at once when it has ended. */
  onEnd(stop: (reason: unknown) => void): void {
    if (this.#end) stop(this.#end.reason);
    else this.#waiting.push(stop);
  }

  forget(stop: (reason: unknown) => void): void {
    const index = this.#waiting.indexOf(stop);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  /** Ends the attempt after `ms` milliseconds unless armed again or disarmed first; 0, and what no timer holds, is never. */
  arm(ms: number, error: () => AgentwireError = () => new TimeoutError(this.operation, ms)): void {
    this.disarm();
    if (ms > 0 && ms < 2 ** 31) this.after(ms, () => this.end(error()));
  }

  /** Calls back after `ms` milliseconds, unless disarmed or released first. */
  after(ms: number, then: () => void): void {
    this.#timer = setTimeout(then, ms);
  }

  disarm(): void {
    clearTimeout(this.#timer);
  }

  /** Ends the attempt with an error: requests are aborted, waits are over. */
  end(error: unknown): void {
    if (this.#end) return;
    this.#end = { reason: error };
    this.#controller?.abort(error);
    for (const stop of this.#waiting.splice(0)) stop(error);
  }

  /** Lets go of timer and caller. Call it exactly when nothing of the attempt is needed any more. */
  release(): void {
    this.disarm();
    this.#caller?.removeEventListener("abort", this);
  }

  wait<T>(promise: Promise<T>, abandoned?: (value: T) => void, explained = (error: unknown) => error): Promise<T> {
    return new Promise((resolve, reject) => {
      this.onEnd(reject);
      promise.then(
        (value) => {
          this.forget(reject);
          if (this.#end) abandoned?.(value);
          resolve(value);
        },
        (error: unknown) => {
          this.forget(reject);
          reject(explained(error));
        },
      );
    });
  }

  answer<T extends Answer>(promise: Promise<T>): Promise<T> {
    return this.wait(promise, cancelLate, (error) => this.explain(error));
  }

  /** What the caller should see of a failure of the network: why the attempt ended, or `ConnectionError`. */
  explain(error: unknown): unknown {
    return this.#end ? this.#end.reason : unreachable(this.operation, error);
  }

  /** The caller's signal fired. */
  handleEvent(): void {
    this.end(abortedBy(this.operation, this.#caller?.reason));
  }
}

/** Nobody waits for this answer any more. */
export function cancelLate(answer: Answer): void {
  answer.body?.cancel().catch(() => {});
}
