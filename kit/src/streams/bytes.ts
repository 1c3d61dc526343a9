import { StreamLimitError } from "./limits.js";

const KEEP_BYTES = 64 * 1024;

/**
 * Collects the bytes of one unfinished line. It grows by doubling, so a line that comes byte by byte costs linear
 * time and no object per chunk.
 */
export class ByteBuffer {
  readonly #what: string;
  readonly #maxBytes: number;
  // Only whole lines are decoded, and a byte order mark is one at the very start alone, so the decoder keeps it.
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #bytes = new Uint8Array(1024);
  #length = 0;

  constructor(what: string, maxBytes: number) {
    this.#what = what;
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds `chunk[start, end)`. Throws `StreamLimitError`. */
  append(chunk: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    this.#checkLimit(length);
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk.subarray(start, end), this.#length);
    this.#length = length;
  }

  /** The text of everything collected and `chunk[start, end)`; the buffer is then empty. Bad UTF-8 becomes U+FFFD. */
  take(chunk: Uint8Array, start: number, end: number): string {
    if (this.#length === 0) {
      this.#checkLimit(end - start);
      return this.#decoder.decode(chunk.subarray(start, end));
    }
    this.append(chunk, start, end);
    const text = this.#decoder.decode(this.#bytes.subarray(0, this.#length));
    this.clear();
    return text;
  }

  /** Forgets what was collected. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEEP_BYTES) this.#bytes = new Uint8Array(1024);
  }

  #checkLimit(length: number): void {
    if (length > this.#maxBytes) throw new StreamLimitError(this.#what, this.#maxBytes);
  }
}
