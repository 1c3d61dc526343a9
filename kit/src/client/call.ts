import type { CallResponse } from "./response.js";

/**
 * One call, already on its way: a promise of the body. `withResponse()` also gives status and headers of the same
 * answer; nothing is sent twice. A call that nobody waits for fails in silence.
 */
export class Call<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = "Call";
  readonly #response: Promise<CallResponse<T>>;

  constructor(start: () => Promise<CallResponse<T>>) {
    this.#response = start();
    this.#response.catch(() => {});
  }

  /** The body together with the status and the headers of the answer. */
  withResponse(): Promise<CallResponse<T>> {
    return this.#response.then((response) => response);
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaited is what a call is for.
  then<A = T, B = never>(
    onBody?: ((body: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#response.then(({ body }) => body).then(onBody, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, onError);
  }

  finally(onEnd?: (() => void) | null): Promise<T> {
    return this.then().finally(onEnd);
  }
}
