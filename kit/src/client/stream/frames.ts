import type { Stream } from "../../operation.js";
import { JsonSeqDecoder } from "../../streams/json-seq.js";
import { DEFAULT_MAX_BYTES, type Decoder, StreamSyntaxError } from "../../streams/limits.js";
import { LinesDecoder } from "../../streams/lines.js";
import { SseDecoder, type SseEvent } from "../../streams/sse.js";
import { ConnectionError, InvalidResponseError } from "../errors.js";

/** One item with what its framing says about it. */
export interface Frame {
  readonly item: unknown;
  /** The SSE `id` of its event. */
  readonly position?: string | undefined;
}

/** A decoder that also knows what no item says. */
export interface FrameDecoder extends Decoder<Frame> {
  /** The position after everything pushed so far, where the framing carries one. */
  readonly position?: string | undefined;
  /** The server's wish for the wait before a reconnect (SSE `retry`), in milliseconds. */
  readonly retryMs?: number | undefined;
  /** The stream's last word came, though it was no item. */
  readonly done?: boolean;
}

/** The decoder of a stream's framing. Malformed content throws `InvalidResponseError`. */
export function decoderOf(operation: string, stream: Stream, maxBytes: number = DEFAULT_MAX_BYTES): FrameDecoder {
  if (stream.framing === "sse") return new SseFrames(operation, stream, new SseDecoder(maxBytes));
  const decoder = stream.framing === "json-seq" ? new JsonSeqDecoder(maxBytes) : new LinesDecoder(maxBytes);
  const frames = (decode: () => unknown[], explain: (error: StreamSyntaxError) => Error): Frame[] => {
    try {
      return decode().map((item) => ({ item }));
    } catch (error) {
      throw error instanceof StreamSyntaxError ? explain(error) : error;
    }
  };
  return {
    push: (chunk) =>
      frames(
        () => decoder.push(chunk),
        (error) => malformed(operation, error.message, error),
      ),
    // What the end cuts off was never complete: the connection is at fault, not the server's JSON.
    end: () =>
      frames(
        () => decoder.end(),
        (cause) => new ConnectionError(operation, `${operation}: ${CUT}`, { cause }),
      ),
  };
}

const CUT = "the stream was cut off in the middle of an item";

class SseFrames implements FrameDecoder {
  done = false;
  readonly #operation: string;
  readonly #stream: Stream;
  readonly #decoder: SseDecoder;

  constructor(operation: string, stream: Stream, decoder: SseDecoder) {
    this.#operation = operation;
    this.#stream = stream;
    this.#decoder = decoder;
  }

  get position(): string | undefined {
    return this.#decoder.lastEventId === "" ? undefined : this.#decoder.lastEventId;
  }

  get retryMs(): number | undefined {
    return this.#decoder.reconnectionMs;
  }

  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (const event of this.#decoder.push(chunk)) {
      if (this.done) break;
      const position = event.id === "" ? undefined : event.id;
      if (this.#stream.item === "event") frames.push({ item: event, position });
      // Some servers keep connections alive with events that have empty data.
      else if (event.data !== "") this.#pushData(event, position, frames);
    }
    return frames;
  }

  end(): Frame[] {
    return [];
  }

  #pushData(event: SseEvent, position: string | undefined, frames: Frame[]): void {
    try {
      frames.push({ item: JSON.parse(event.data), position });
    } catch (cause) {
      const { terminal } = this.#stream;
      // A last word such as `[DONE]`, which is no JSON and no item.
      this.done = terminal?.at === "" && terminal.values.includes(event.data);
      if (!this.done) throw malformed(this.#operation, "an event's data is not JSON", cause);
    }
  }
}

function malformed(operation: string, reason: string, cause: unknown): InvalidResponseError {
  return new InvalidResponseError(operation, `response: malformed stream: ${reason}`, [], { cause });
}
