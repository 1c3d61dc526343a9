import type { Media, Stream } from "../operation.js";
import type { Violation } from "../validation/index.js";
import { frame, heartbeat } from "./framing.js";
import { Pull } from "./pull.js";
import { violations } from "./validate.js";

const END = Symbol("end");

/** How long the first item may delay the headers, in milliseconds. */
const FIRST_ITEM_GRACE_MS = 50;

/** An item broke the contract; the stream ends there, and the client gets none of it. */
export class InvalidItem extends Error {
  override readonly name = "InvalidItem";
  constructor(readonly violations: readonly Violation[]) {
    super("a stream item does not match the contract");
  }
}

export interface StreamOptions {
  /** Check each item against the contract. */
  readonly validate: boolean;
  /** Ends the stream early: the client is gone, or the server is done waiting. */
  readonly signal: AbortSignal;
  /** Called once, when nothing more will be sent; with the error, if that is why. */
  readonly onEnd: (error?: unknown) => void;
}

/**
 * Encodes items as a response body that pulls an item only when the one before has been taken.
 * Waits a moment for the first item, so that a problem found at once can still be an ordinary error response.
 * @throws whatever the method threw before its first item
 */
export async function openStream(
  items: AsyncIterable<unknown>,
  media: Media,
  options: StreamOptions,
): Promise<AsyncGenerator<string, void, undefined>> {
  const stream = media.stream ?? { framing: "ndjson" };
  const iterator = items[Symbol.asyncIterator]();
  const end = once((error?: unknown) => {
    release(iterator);
    options.onEnd(error);
  });
  const first = new Pull(iterator);
  let start: string | typeof END | undefined;
  try {
    if ((await first.wait(FIRST_ITEM_GRACE_MS, options.signal)) === "ready") {
      start = await encode(first, stream, media, options);
    }
  } catch (error) {
    end(error);
    throw error;
  }
  const body = ending(frames(iterator, first, start, stream, media, options), end);
  // A generator that was never begun runs no `finally`: closing it must release the method's iterator all the same.
  const close = body.return.bind(body);
  body.return = (value) => {
    end();
    return close(value);
  };
  return body;
}

/** Passes a body through and says when, and why, it ended. */
async function* ending(
  body: AsyncGenerator<string, void, undefined>,
  end: (error?: unknown) => void,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    end(error);
    throw error;
  } finally {
    end();
  }
}

function once(action: (error?: unknown) => void): (error?: unknown) => void {
  let done = false;
  return (error) => {
    if (done) return;
    done = true;
    action(error);
  };
}

async function* frames(
  iterator: AsyncIterator<unknown>,
  first: Pull<unknown>,
  start: string | typeof END | undefined,
  stream: Stream,
  media: Media,
  options: StreamOptions,
): AsyncGenerator<string, void, undefined> {
  const silence = stream.heartbeat === undefined ? undefined : stream.heartbeat * 1000;
  let pull = first;
  let text = start;
  for (;;) {
    while (text === undefined) {
      const state = await pull.wait(silence, options.signal);
      if (state === "aborted") return;
      if (state === "ready") text = await encode(pull, stream, media, options);
      else yield heartbeat(stream);
    }
    if (text === END) return;
    yield text;
    text = undefined;
    pull = new Pull(iterator);
  }
}

async function encode(
  pull: Pull<unknown>,
  stream: Stream,
  media: Media,
  options: StreamOptions,
): Promise<string | typeof END> {
  const result = pull.take();
  if (result.done) return END;
  if (options.validate) {
    const found = await violations(media.schema, result.value);
    if (found.length > 0) throw new InvalidItem(found);
  }
  return frame(stream, result.value);
}

/** Tells the method to stop. Not awaited: a generator that waits for its next item only hears it afterwards. */
function release(iterator: AsyncIterator<unknown>): void {
  new Promise((resolve) => resolve(iterator.return?.())).catch(() => undefined);
}
