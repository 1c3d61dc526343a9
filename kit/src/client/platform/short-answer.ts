import { textIn } from "../answer.js";
import type { Answer } from "../plan.js";

/** Bytes of a body that is kept as it comes; the stream that `fetch` makes of a longer one holds the server back. */
const MOST_BYTES = 64 * 1024;
const NO_BODY: readonly number[] = [204, 205, 304];

/** True for a body that says how long it is, is not long, and needs no decoding. */
export function isShort(status: number, rawHeaders: readonly (Uint8Array | string)[]): boolean {
  if (status < 200 || NO_BODY.includes(status)) return false;
  let length: number | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length !== 14 && name?.length !== 16) continue;
    const lower = String(name).toLowerCase();
    if (lower === "content-encoding") return false;
    if (lower === "content-length") length = Number(String(rawHeaders[index + 1]));
  }
  return length !== undefined && length <= MOST_BYTES;
}

/** The body of one answer, gathered past the streams of `fetch`. */
export class ShortBody {
  readonly whole: Promise<Uint8Array[]>;
  readonly #chunks: Uint8Array[] = [];
  #resolve!: (chunks: Uint8Array[]) => void;
  #reject!: (reason: unknown) => void;

  constructor() {
    this.whole = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Nobody need wait for it.
    this.whole.catch(() => {});
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  end(): void {
    this.#resolve(this.#chunks);
  }

  fail(reason: unknown): void {
    this.#reject(reason);
  }
}

/** A response whose body has been gathered. */
export class ShortAnswer implements Answer {
  constructor(
    private readonly response: Response,
    private readonly gathered: ShortBody,
  ) {}

  get status(): number {
    return this.response.status;
  }

  get ok(): boolean {
    return this.response.ok;
  }

  get headers(): Headers {
    return this.response.headers;
  }

  get type(): ResponseType {
    return this.response.type;
  }

  /** What is not read yet can still be cancelled by it. */
  get body(): Response["body"] {
    return this.response.body;
  }

  async text(): Promise<string> {
    return textIn(await this.gathered.whole);
  }

  async chunks(maxBytes: number): Promise<Uint8Array[] | undefined> {
    const chunks = await this.gathered.whole;
    return chunks.reduce((length, chunk) => length + chunk.length, 0) > maxBytes ? undefined : chunks;
  }
}
