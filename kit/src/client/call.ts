import type { CallResponse } from "./plan.js";

/**
 * One call, already on its way: a promise of the body. `withResponse()` also gives status and headers of the same
 * answer; nothing is sent twice. A call that nobody waits for fails in silence.
 */
export class Call<Body, Header = object> implements Promise<Body> {
  readonly [Symbol.toStringTag] = "Call";
  readonly #response: Promise<CallResponse<Body, Header>>;

  constructor(response: Promise<CallResponse<Body, Header>>) {
    this.#response = response;
    response.catch(() => {});
  }

  /** The body together with the status and the headers of the answer. */
  withResponse(): Promise<CallResponse<Body, Header>> {
    return this.#response.then((response) => response);
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaited is what a call is for.
  then<A = Body, B = never>(
    onBody?: ((body: Body) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#response.then(({ body }) => (onBody ? onBody(body) : (body as never)), onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<Body | B> {
    return this.then(undefined, onError);
  }

  finally(onEnd?: (() => void) | null): Promise<Body> {
    return this.then().finally(onEnd);
  }
}
