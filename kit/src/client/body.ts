import type { Media } from "../operation.js";
import { multipartOf, urlEncoded } from "./forms.js";
import type { EncodedBody } from "./part.js";

/**
 * Writes a value in a media type of the contract. For `binary`: bytes, a `Blob`, a `ReadableStream` or text.
 * For `stream`: an array or an iterable of items, written as they come.
 */
export function encodeBody(operation: string, media: Media, value: unknown, contentType?: string): EncodedBody {
  const named = contentType ?? media.type;
  const type = named.includes("*") ? fallbackType(media, value) : named;
  switch (media.format) {
    case "json":
      return { content: JSON.stringify(value), type };
    case "text":
      return { content: String(value), type };
    case "form":
      return { content: urlEncoded(operation, value, media.fields), type };
    case "multipart":
      return { content: multipartOf(operation, value, media.fields), type: undefined };
    case "binary":
      return { content: value as BodyInit, type, once: value instanceof ReadableStream };
    case "stream":
      // What is bytes or text already is taken for the whole stream.
      if (isWhole(value)) return { content: value, type, once: value instanceof ReadableStream };
      return { content: itemsOf(media, value), type, once: true };
  }
}

function isWhole(value: unknown): value is BodyInit {
  return isBytes(value) || typeof value === "string";
}

/** Bytes, however they are held. */
export function isBytes(value: unknown): value is BodyInit {
  const isHere = value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
  return isHere || value instanceof ReadableStream;
}

function fallbackType(media: Media, value: unknown): string {
  if (value instanceof Blob && value.type !== "") return value.type;
  return media.format === "json" ? "application/json" : "application/octet-stream";
}

function itemsOf(media: Media, items: unknown): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const start = media.stream?.framing === "json-seq" ? "\x1e" : "";
  const iterator = iterate(items as Iterable<unknown> | AsyncIterable<unknown>);
  return new ReadableStream({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(`${start}${JSON.stringify(next.value)}\n`));
    },
    async cancel() {
      await iterator.return?.(undefined);
    },
  });
}

async function* iterate(items: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<unknown> {
  yield* items;
}
