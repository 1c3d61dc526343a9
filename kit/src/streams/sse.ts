import { ByteBuffer } from "./bytes.js";
import { DEFAULT_MAX_BYTES, type Decoder, StreamLimitError } from "./limits.js";

/** One dispatched event; members whose field the event did not have are left out. */
export interface SseEvent {
  /** Absent means `message`. */
  readonly event?: string;
  /** The lines of all `data` fields, joined by LF. */
  readonly data: string;
  readonly id?: string;
  /** Milliseconds. */
  readonly retry?: number;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * Decodes `text/event-stream` as the WHATWG says (HTML §9.2.5 and §9.2.6): LF, CR and CRLF end lines, a byte order
 * mark may start the stream, an empty line dispatches, an event without a data field is none, and an event that the end of
 * the stream cuts off is dropped.
 */
export class SseDecoder implements Decoder<SseEvent> {
  /** The last event id, as a reconnecting client sends it in `Last-Event-ID`; `""` when there is none. */
  lastEventId = "";
  /** The last `retry`, in milliseconds. */
  reconnectionMs: number | undefined;

  readonly #maxBytes: number;
  readonly #line: ByteBuffer;
  #atStart = true;
  #afterCr = false;
  #event = "";
  #id: string | undefined;
  #retry: number | undefined;
  readonly #data: string[] = [];
  /** Bytes of the event's data lines so far, field names and line ends included. */
  #dataBytes = 0;

  constructor(maxBytes: number = DEFAULT_MAX_BYTES) {
    this.#maxBytes = maxBytes;
    this.#line = new ByteBuffer("an event", maxBytes);
  }

  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    let nextLf = -1;
    let nextCr = -1;
    while (start < chunk.length) {
      // The LF of a CRLF: the CR has ended the line already, maybe in the chunk before.
      if (this.#afterCr) {
        this.#afterCr = false;
        if (chunk[start] === LF) {
          start += 1;
          continue;
        }
      }
      // Each search starts where the last one ended, so a chunk is scanned once for each of the two.
      if (nextLf < start) nextLf = find(chunk, LF, start);
      if (nextCr < start) nextCr = find(chunk, CR, start);
      const end = Math.min(nextLf, nextCr);
      if (end === chunk.length) {
        this.#line.append(chunk, start, end);
        break;
      }
      const size = this.#line.length + end - start;
      this.#readLine(this.#line.take(chunk, start, end), size, events);
      this.#afterCr = end === nextCr;
      start = end + 1;
    }
    return events;
  }

  end(): SseEvent[] {
    return [];
  }

  #readLine(text: string, size: number, events: SseEvent[]): void {
    const line = this.#atStart && text.startsWith("\uFEFF") ? text.slice(1) : text;
    this.#atStart = false;
    if (line === "") {
      this.#dispatch(events);
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") {
      this.#dataBytes += size + 1;
      if (this.#dataBytes > this.#maxBytes) throw new StreamLimitError("an event", this.#maxBytes);
      this.#data.push(value);
    } else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^[0-9]+$/.test(value)) {
      this.#retry = Number(value);
      this.reconnectionMs = this.#retry;
    }
  }

  #dispatch(events: SseEvent[]): void {
    // An id counts even when its event has no data.
    if (this.#id !== undefined) this.lastEventId = this.#id;
    // One empty `data` field is data: the event's data is then "".
    if (this.#data.length > 0) {
      const event: { -readonly [Name in keyof SseEvent]: SseEvent[Name] } = { data: this.#joined() };
      if (this.#event !== "") event.event = this.#event;
      if (this.#id !== undefined) event.id = this.#id;
      if (this.#retry !== undefined) event.retry = this.#retry;
      events.push(event);
    }
    this.#event = "";
    this.#id = undefined;
    this.#retry = undefined;
    this.#data.length = 0;
    this.#dataBytes = 0;
  }

  /** Nearly every event has one line of data. */
  #joined(): string {
    return this.#data.length === 1 ? (this.#data[0] ?? "") : this.#data.join("\n");
  }
}

/** Where the byte is, or the length of the chunk. */
function find(chunk: Uint8Array, byte: number, start: number): number {
  const index = chunk.indexOf(byte, start);
  return index < 0 ? chunk.length : index;
}
