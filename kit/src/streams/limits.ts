/** The most bytes that one event, line or record may have unless a caller says otherwise: 16 MiB. */
export const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/** One event, line or record has more bytes than allowed. A decoder that threw it is of no further use. */
export class StreamLimitError extends Error {
  readonly maxBytes: number;

  constructor(what: string, maxBytes: number) {
    super(`${what} has more than ${maxBytes} bytes`);
    this.name = "StreamLimitError";
    this.maxBytes = maxBytes;
  }
}

/** A line or record that is no JSON. */
export class StreamSyntaxError extends Error {
  /** Which line or record of the stream, from 1; empty lines count. */
  readonly index: number;

  constructor(what: string, index: number, cause: unknown) {
    super(`${what} ${index} is not JSON`, { cause });
    this.name = "StreamSyntaxError";
    this.index = index;
  }
}

/** Turns bytes into values as they come; chunks may be cut anywhere. Holds at most one unfinished value. */
export interface Decoder<T> {
  /** The values that these bytes complete. */
  push(chunk: Uint8Array): T[];
  /** The values that the end of the stream completes. */
  end(): T[];
}

/** Runs a decoder over a source of bytes, such as the body of a `Response`. */
export async function* decode<T>(
  source: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
  decoder: Decoder<T>,
): AsyncGenerator<T, void, undefined> {
  for await (const chunk of chunksOf(source)) yield* decoder.push(chunk);
  yield* decoder.end();
}

/** By reader, because Safari has no async iteration of streams. */
async function* chunksOf(source: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (!("getReader" in source)) {
    yield* source;
    return;
  }
  const reader = source.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
