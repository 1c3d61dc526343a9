import { ByteBuffer } from "./bytes.js";
import { DEFAULT_MAX_BYTES, type Decoder, StreamSyntaxError } from "./limits.js";

const RS = 0x1e;
const LF = 0x0a;

/**
 * Decodes `application/json-seq` (RFC 7464): RS, a JSON text, LF. A text is handed over at the LF that follows it,
 * not at the next RS, so the newest item never waits. A text that is cut off is dropped, as §2.3 asks: "a parser
 * ... MUST NOT abort", because a writer that crashed may have gone on.
 */
export class JsonSeqDecoder implements Decoder<unknown> {
  readonly #text: ByteBuffer;
  #records = 0;
  #inRecord = false;
  // Just enough of JSON to know, byte by byte, where a text ends.
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(maxBytes: number = DEFAULT_MAX_BYTES) {
    this.#text = new ByteBuffer("a record", maxBytes);
  }

  /** Throws `StreamSyntaxError` with the record's number, `StreamLimitError`. */
  push(chunk: Uint8Array): unknown[] {
    const values: unknown[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === RS) {
        // What an RS cuts off has no LF behind it: a number may lack digits, so even complete JSON is not trusted.
        this.#text.clear();
        this.#startRecord();
        start = at + 1;
      } else if (this.#inRecord && byte === LF && this.#depth <= 0 && !this.#inString) {
        this.#readText(this.#text.take(chunk, start, at), values);
        start = at + 1;
      } else if (byte !== undefined) this.#scan(byte);
    }
    if (this.#inRecord) this.#text.append(chunk, start, chunk.length);
    return values;
  }

  end(): unknown[] {
    return [];
  }

  #startRecord(): void {
    this.#records += 1;
    this.#inRecord = true;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  #scan(byte: number): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === 0x5c) this.#escaped = true;
      else if (byte === 0x22) this.#inString = false;
    } else if (byte === 0x22) this.#inString = true;
    else if (byte === 0x7b || byte === 0x5b) this.#depth += 1;
    else if (byte === 0x7d || byte === 0x5d) this.#depth -= 1;
  }

  #readText(text: string, values: unknown[]): void {
    // Blank lines before a text belong to it; blank lines after it are noise until the next RS.
    if (/^[ \t\r]*$/.test(text)) return;
    this.#inRecord = false;
    try {
      values.push(JSON.parse(text));
    } catch (cause) {
      throw new StreamSyntaxError("record", this.#records, cause);
    }
  }
}
