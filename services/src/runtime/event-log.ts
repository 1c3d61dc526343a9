/**
 * An append-only list with any number of readers, each at its own pace. What a reader has not taken yet waits
 * in the list, so a slow one costs no memory of its own and none is sent twice or missed.
 */
export class EventLog<Item> {
  readonly #items: Item[] = [];
  readonly #waiting = new Set<() => void>();
  #closed = false;

  get length(): number {
    return this.#items.length;
  }

  append(item: Item): void {
    if (this.#closed) throw new Error("the log is closed");
    this.#items.push(item);
    this.#wake();
  }

  /** Readers end after the last item. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** The items from a position on, then those to come, until the log is closed or the signal aborts. */
  async *read(from: number, signal?: AbortSignal): AsyncGenerator<Item, void, undefined> {
    for (let at = from; ; at += 1) {
      while (at >= this.#items.length) {
        if (this.#closed || signal?.aborted) return;
        await this.#change(signal);
      }
      if (signal?.aborted) return;
      yield this.#items[at] as Item;
    }
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
