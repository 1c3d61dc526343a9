import { DispatchedAnswer } from "./answer.js";

/** What undici lets a handler do to its request. */
export interface Controller {
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

/** One request on its way: undici's handler on one side, a promise of the answer on the other. */
export class Exchange {
  readonly answer: Promise<DispatchedAnswer>;
  readonly #signal: AbortSignal | undefined;
  #resolve: (answer: DispatchedAnswer) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  #answer: DispatchedAnswer | undefined;
  #controller: Controller | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#signal?.aborted) controller.abort(this.#signal.reason);
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
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#answer?.end();
  }

  onResponseError(_: Controller, error: unknown): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#answer?.fail(error);
    this.#reject(error);
  }

  readonly #onAbort = (): void => {
    const reason = this.#signal?.reason;
    // A request that waits for a connection has no controller yet.
    if (this.#controller) this.#controller.abort(reason);
    else this.#reject(reason);
  };
}
