import type { Stream } from "../operation.js";
import { type Validator, type Violation, violationsOf } from "../validation/index.js";
import { framer, heartbeat } from "./framing.js";
import { madeOnce } from "./shared-item.js";

/** Characters of gathered items that are sent without waiting for more. */
const GATHERED_ENOUGH = 64 * 1024;

/**
 * An iterator that can also say, without a promise, what it has right now. Streams with many readers, or many items, are
 * worth it: what is ready is then sent in one go.
 */
export interface EagerIterator<Item> extends AsyncIterator<Item> {
  /** The next item, taken; undefined when `next` would have to wait, or is over. */
  takeReady(): Item | undefined;
}

/** An item broke the contract; the stream ends there, and the client gets none of it. */
export class InvalidItem extends Error {
  override readonly name = "InvalidItem";
  constructor(readonly violations: readonly Violation[]) {
    super("a stream item does not match the contract");
  }
}

export interface ItemOptions {
  /** Judges each item. Absent: nothing does. */
  readonly validator?: Validator;
  /** Milliseconds in which items are gathered to be sent together. Absent: each is sent as it comes. */
  readonly gather?: number | undefined;
  /** Ends the stream early: the client is gone, or the server is done waiting. */
  readonly signal: AbortSignal;
  /** Called once, when nothing more will be sent; with the error, if that is why. */
  readonly onEnd: (error?: unknown) => void;
}

type Result = IteratorResult<string, undefined>;

const DONE: Result = { done: true, value: undefined };

/**
 * Items as text on their way to the client. An item is asked for when the text before it has been taken, and a call of
 * `next` is answered by whatever comes first: the item, a heartbeat in its stead, or the end.
 */
export class ItemStream implements AsyncIterableIterator<string, undefined> {
  readonly #iterator: AsyncIterator<unknown>;
  readonly #eager: EagerIterator<unknown> | undefined;
  readonly #frame: (item: unknown) => string;
  readonly #options: ItemOptions;
  readonly #heartbeat: string;
  readonly #silence: number | undefined;
  /** Text that is ready and not taken yet. */
  #text = "";
  #asked = false;
  #state: "open" | "exhausted" | "failed" | "ended" = "open";
  #error: unknown;
  #waiting: { resolve(result: Result): void; reject(error: unknown): void } | undefined;
  #takenAt = Date.now();
  #beat: ReturnType<typeof setTimeout> | undefined;
  #window: ReturnType<typeof setTimeout> | undefined;
  #begun: (() => void) | undefined;

  constructor(
    iterator: AsyncIterator<unknown>,
    private readonly stream: Stream,
    options: ItemOptions,
  ) {
    this.#iterator = iterator;
    this.#eager = isEager(iterator) ? iterator : undefined;
    this.#frame = framer(stream);
    this.#options = options;
    this.#heartbeat = heartbeat(stream);
    this.#silence = stream.heartbeat === undefined || this.#heartbeat === "" ? undefined : stream.heartbeat * 1000;
  }

  /** Asks for the first item and gives it a moment. @throws what the method threw instead */
  async begin(milliseconds: number): Promise<void> {
    const { signal } = this.#options;
    if (signal.aborted) return this.#end();
    signal.addEventListener("abort", this.#abort);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#begun = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#ask();
    });
    this.#begun = undefined;
    if (this.#state === "failed") {
      this.#end(this.#error);
      throw this.#error;
    }
    if (this.#state !== "ended" && this.#silence !== undefined) this.#beatIn(this.#silence);
  }

  next(): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (this.#text !== "" && this.#window === undefined) this.#give();
      else if (this.#state === "open") this.#ask();
      else this.#give();
    });
  }

  /** The client wants no more. */
  return(): Promise<Result> {
    this.#abort();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    try {
      Promise.resolve(this.#iterator.next()).then(this.#arrived, this.#failed);
    } catch (error) {
      this.#failed(error); // `next` of a hand-written iterator may throw instead of rejecting
    }
  }

  readonly #arrived = (result: IteratorResult<unknown>): void => {
    this.#asked = false;
    if (this.#state !== "open") return;
    try {
      if (result.done) this.#state = "exhausted";
      else this.#add(result.value);
      this.#tell();
    } catch (error) {
      this.#failed(error);
    }
  };

  /** Adds an item, and those that are ready behind it. */
  #add(first: unknown): void {
    let item = first;
    do {
      this.#text += madeOnce(item, this.stream, this.#encode);
      item = this.#text.length < GATHERED_ENOUGH ? this.#eager?.takeReady() : undefined;
    } while (item !== undefined);
  }

  /** At the end of a window: what has become ready in it. */
  #addReady(): void {
    try {
      const item = this.#state === "open" && !this.#asked ? this.#eager?.takeReady() : undefined;
      if (item !== undefined) this.#add(item);
    } catch (error) {
      this.#state = "failed";
      this.#error = error;
    }
  }

  readonly #encode = (item: unknown): string => {
    const { validator } = this.#options;
    if (validator && !validator(item)) throw new InvalidItem(violationsOf(validator, item));
    return this.#frame(item);
  };

  readonly #failed = (error: unknown): void => {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#error = error;
    this.#tell();
  };

  readonly #abort = (): void => {
    this.#text = "";
    this.#end();
    this.#tell();
  };

  /** Something has changed: tells who waits, unless more is to be gathered first. */
  #tell(): void {
    this.#begun?.();
    if (!this.#waiting) return;
    const { gather } = this.#options;
    if (gather !== undefined && this.#state === "open" && this.#text.length < GATHERED_ENOUGH) {
      this.#window ??= setTimeout(() => {
        this.#window = undefined;
        this.#addReady();
        this.#give();
      }, gather);
      // Others have to be asked for each item; what is ready at the end of the window can be taken then.
      if (!this.#eager) this.#ask();
    } else this.#give();
  }

  /** Answers the call of `next` that waits: with the text that is ready, else with the end. */
  #give(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    clearTimeout(this.#window);
    this.#window = undefined;
    if (this.#text !== "") {
      const value = this.#text;
      this.#text = "";
      if (this.#silence !== undefined) this.#takenAt = Date.now();
      waiting.resolve({ done: false, value });
    } else if (this.#state === "failed") {
      this.#end(this.#error);
      waiting.reject(this.#error);
    } else {
      this.#end();
      waiting.resolve(DONE);
    }
  }

  #beatIn(milliseconds: number): void {
    this.#beat = setTimeout(() => {
      const silence = this.#silence ?? 0;
      const left = this.#takenAt + silence - Date.now();
      if (left <= 0 && this.#waiting) {
        this.#text += this.#heartbeat;
        this.#give();
      }
      this.#beatIn(left > 0 ? left : silence);
    }, milliseconds);
    // A quiet stream must not keep a process alive that has nothing else to do.
    if (typeof this.#beat === "object") this.#beat.unref();
  }

  #end(error?: unknown): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    clearTimeout(this.#beat);
    clearTimeout(this.#window);
    this.#options.signal.removeEventListener("abort", this.#abort);
    // Tells the method to stop. Not awaited: a generator that waits for its next item only hears it afterwards.
    new Promise((resolve) => resolve(this.#iterator.return?.())).catch(() => undefined);
    this.#options.onEnd(error);
  }
}

function isEager(iterator: AsyncIterator<unknown>): iterator is EagerIterator<unknown> {
  return typeof (iterator as Partial<EagerIterator<unknown>>).takeReady === "function";
}
