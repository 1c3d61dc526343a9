import type { Trial } from "../plan.js";
import { DispatchedAnswer } from "./answer.js";

/** What undici lets a handler do to its request. */
export interface Controller {
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

/** What ends a request: an attempt, or a signal alone. */
export type Life = Pick<Trial, "signal" | "onEnd" | "forget">;

/** One request on its way: undici's handler on one side, a promise of the answer on the other. */
export class Exchange {
  readonly answer: Promise<DispatchedAnswer>;
  readonly #deaf: () => unknown;
  #resolve!: (answer: DispatchedAnswer) => void;
  #reject!: (reason: unknown) => void;
  #answer: DispatchedAnswer | undefined;
  #controller: Controller | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(life: Life) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const abort = (reason: unknown) => this.#abort(reason);
    if (life.onEnd) {
      life.onEnd(abort);
      this.#deaf = () => life.forget?.(abort);
    } else this.#deaf = listen(life.signal, abort);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(this.#aborted.reason as Error);
  }

  onResponseStart(
    controller: Controller,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    // 1xx come before the answer.
    if (status < 200) return;
    this.#answer = new DispatchedAnswer(controller, status, headers);
    this.#resolve(this.#answer);
  }

  onResponseData(_: Controller, chunk: Uint8Array): void {
    this.#answer?.push(chunk);
  }

  onResponseEnd(): void {
    this.#deaf();
    this.#answer?.end();
  }

  onResponseError(_: Controller, error: unknown): void {
    this.#deaf();
    this.#answer?.fail(error);
    this.#reject(error);
  }

  #abort(reason: unknown): void {
    this.#aborted = { reason };
    // A request that waits for a connection has no controller yet.
    if (this.#controller) this.#controller.abort(reason as Error);
    else this.#reject(reason);
  }
}

function listen(signal: AbortSignal | undefined, stop: (reason: unknown) => void): () => void {
  const onAbort = () => stop(signal?.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort);
  return () => signal?.removeEventListener("abort", onAbort);
}
