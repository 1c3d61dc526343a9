/**
 * A bounded queue between a sender that does not wait and a reader that does. Ends once: with an error, which the
 * reader gets after what came before it, or without.
 */
export class Inbox<T> {
  readonly #capacity: number;
  readonly #items: (T | undefined)[] = [];
  #head = 0;
  readonly #readers: { resolve: (result: IteratorResult<T, void>) => void; reject: (error: unknown) => void }[] = [];
  #end: { readonly error?: unknown } | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** False when there is no room; the item is then lost. */
  put(item: T): boolean {
    if (this.#end !== undefined) return true;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: item });
      return true;
    }
    if (this.#items.length - this.#head >= this.#capacity) return false;
    this.#items.push(item);
    return true;
  }

  /** No more items; `error` is thrown to the reader once. */
  end(error?: unknown): void {
    if (this.#end !== undefined) return;
    const [first, ...others] = this.#readers.splice(0);
    const waiting = first !== undefined;
    this.#end = error === undefined || waiting ? {} : { error };
    if (error === undefined) first?.resolve({ done: true, value: undefined });
    else first?.reject(error);
    for (const reader of others) reader.resolve({ done: true, value: undefined });
  }

  /** The next item, as soon as there is one. */
  take(): Promise<IteratorResult<T, void>> {
    if (this.#head < this.#items.length) {
      const value = this.#items[this.#head] as T;
      this.#items[this.#head] = undefined;
      this.#head += 1;
      // Dropping read items in bulk keeps `take` constant in time, where `shift` would move the whole queue.
      if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
        this.#items.splice(0, this.#head);
        this.#head = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.#end !== undefined) {
      const { error } = this.#end;
      this.#end = {};
      return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
    }
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  /** Forgets what nobody has read. */
  clear(): void {
    this.#items.length = 0;
    this.#head = 0;
  }
}
