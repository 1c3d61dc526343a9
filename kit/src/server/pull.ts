type Outcome<T> = { readonly result: IteratorResult<T> } | { readonly error: unknown };

/**
 * One item asked of an iterator, which may be waited for more than once: until it comes, until it has been
 * silent too long, or until nobody wants it. Unlike `Promise.race` over a long-lived promise, a wait that is
 * over leaves nothing behind, however long the stream.
 */
export class Pull<T> {
  #outcome: Outcome<T> | undefined;
  #wake: (() => void) | undefined;

  constructor(iterator: AsyncIterator<T>) {
    const settle = (outcome: Outcome<T>): void => {
      this.#outcome = outcome;
      this.#wake?.();
    };
    // `next` of a hand-written iterator may throw instead of rejecting.
    new Promise<IteratorResult<T>>((resolve) => resolve(iterator.next())).then(
      (result) => settle({ result }),
      (error: unknown) => settle({ error }),
    );
  }

  /** Waits for the item; `silence` after `milliseconds` (undefined: never), `aborted` as soon as the signal says so. */
  async wait(milliseconds: number | undefined, signal: AbortSignal): Promise<"ready" | "silence" | "aborted"> {
    if (signal.aborted) return "aborted";
    if (this.#outcome) return "ready";
    return await new Promise((resolve) => {
      const done = (why: "ready" | "silence" | "aborted"): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", aborted);
        this.#wake = undefined;
        resolve(why);
      };
      const aborted = (): void => done("aborted");
      const timer = milliseconds === undefined ? undefined : setTimeout(done, milliseconds, "silence");
      // A quiet stream must not keep a process alive that has nothing else to do.
      if (typeof timer === "object") timer.unref();
      signal.addEventListener("abort", aborted);
      this.#wake = () => done("ready");
    });
  }

  /** The item that is ready. @throws whatever the iterator threw */
  take(): IteratorResult<T> {
    if (!this.#outcome) throw new Error("the item is not ready");
    if ("error" in this.#outcome) throw this.#outcome.error;
    return this.#outcome.result;
  }
}
