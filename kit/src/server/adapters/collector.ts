import { join } from "../body.js";
import type { BodyTaker } from "./direct-request.js";

/** Gathers a body as it arrives, and says once what has become of it. */
export class Collector implements BodyTaker {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #isOpen = true;

  /**
   * @param done called with all bytes, or undefined when they are more than `limit`
   * @param cut called when the body ends too early
   */
  constructor(
    private readonly limit: number,
    private readonly done: (bytes: Uint8Array | undefined) => void,
    private readonly whenCut: () => void,
  ) {}

  add(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length <= this.limit) this.#chunks.push(chunk);
    else if (this.#close()) this.done(undefined);
  }

  end(): void {
    if (this.#close()) this.done(join(this.#chunks, this.#length));
  }

  cut(): void {
    if (this.#close()) this.whenCut();
  }

  /** False when it has been closed before. */
  #close(): boolean {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    return wasOpen;
  }
}
