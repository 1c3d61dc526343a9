/** Messages that wait for their reader, at most. */
const CAPACITY = 64;

/**
 * Holds messages between a socket and the method that iterates over them. A reader that lags stops the
 * socket, so the peer feels it; while there is no reader at all, the oldest messages are dropped.
 */
export class Mailbox<T> {
  readonly #messages: T[] = [];
  readonly #readers: ((result: IteratorResult<T>) => void)[] = [];
  #read = false;
  #paused = false;
  #ended = false;

  constructor(
    private readonly pause: () => void,
    private readonly resume: () => void,
  ) {}

  put(message: T): void {
    const reader = this.#readers.shift();
    if (reader) {
      reader({ done: false, value: message });
      return;
    }
    this.#messages.push(message);
    if (this.#messages.length < CAPACITY) return;
    if (!this.#read) this.#messages.shift();
    else if (!this.#paused) {
      this.#paused = true;
      this.pause();
    }
  }

  /** No more messages; readers get those that are left, then the end. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
  }

  read(): AsyncIterator<T> {
    this.#read = true;
    return {
      next: () => this.#next(),
      return: () => {
        this.#read = false; // whoever stops reading must not stop the socket
        this.#go();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #next(): Promise<IteratorResult<T>> {
    const [message] = this.#messages;
    if (this.#messages.length > 0) {
      this.#messages.shift();
      if (this.#messages.length < CAPACITY / 2) this.#go();
      return Promise.resolve({ done: false, value: message as T });
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  #go(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.resume();
  }
}
