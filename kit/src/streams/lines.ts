import { ByteBuffer } from "./bytes.js";
import { DEFAULT_MAX_BYTES, type Decoder, StreamSyntaxError } from "./limits.js";

const LF = 0x0a;
const NOTHING = new Uint8Array();

/**
 * Decodes NDJSON and JSON Lines: one JSON value a line. LF or CRLF ends a line, empty lines are heartbeats, and a
 * last line without an end counts when it is complete JSON.
 */
export class LinesDecoder implements Decoder<unknown> {
  readonly #line: ByteBuffer;
  #lines = 0;

  constructor(maxBytes: number = DEFAULT_MAX_BYTES) {
    this.#line = new ByteBuffer("a line", maxBytes);
  }

  /** Throws `StreamSyntaxError` with the line's number, `StreamLimitError`. */
  push(chunk: Uint8Array): unknown[] {
    const values: unknown[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      this.#readLine(this.#line.take(chunk, start, end), values);
      start = end + 1;
    }
    this.#line.append(chunk, start, chunk.length);
    return values;
  }

  /** A cut-off last line throws `StreamSyntaxError`: the stream broke. */
  end(): unknown[] {
    const values: unknown[] = [];
    if (this.#line.length > 0) this.#readLine(this.#line.take(NOTHING, 0, 0), values);
    return values;
  }

  #readLine(text: string, values: unknown[]): void {
    const line = this.#lines === 0 && text.startsWith("\uFEFF") ? text.slice(1) : text;
    this.#lines += 1;
    if (/^[ \t\r]*$/.test(line)) return;
    try {
      values.push(JSON.parse(line));
    } catch (cause) {
      throw new StreamSyntaxError("line", this.#lines, cause);
    }
  }
}
