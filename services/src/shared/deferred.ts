import type { EagerIterator } from "@agentwire/kit/server";

/** Items of an iterable that has to be looked for first. What the search throws is thrown by the first `next`. */
export class Deferred<T> implements AsyncIterableIterator<T, undefined>, EagerIterator<T> {
  #found: (AsyncIterator<T, undefined> & Partial<EagerIterator<T>>) | undefined;

  constructor(private readonly find: () => Promise<AsyncIterable<T, undefined>>) {}

  /** Adds nothing to each item once the iterable is found: streams have many items, and many readers. */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#found ? this.#found.next() : this.#first();
  }

  takeReady(): T | undefined {
    return this.#found?.takeReady?.();
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#found?.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #first(): Promise<IteratorResult<T, undefined>> {
    this.#found = (await this.find())[Symbol.asyncIterator]();
    return await this.#found.next();
  }
}
