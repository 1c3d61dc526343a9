import type { Media } from "../operation.js";
import { isObject } from "./pointer.js";

/** A request body as `fetch` takes it. */
export interface EncodedBody {
  readonly content: BodyInit;
  /** Absent for multipart: only `fetch` knows the boundary. */
  readonly type: string | undefined;
  /** False when the content is a stream: it can be sent only once. */
  readonly replayable: boolean;
}

/**
 * Writes a value in a media type of the contract. For `binary`: bytes, a `Blob`, a `ReadableStream` or text.
 * For `stream`: an array or an iterable of items, written as they come.
 */
export function encodeBody(media: Media, value: unknown): EncodedBody {
  const type = media.type.includes("*") ? fallbackType(media, value) : media.type;
  switch (media.format) {
    case "json":
      return { content: JSON.stringify(value), type, replayable: true };
    case "text":
      return { content: String(value), type, replayable: true };
    case "form":
      return { content: formOf(value), type, replayable: true };
    case "multipart":
      return { content: multipartOf(value), type: undefined, replayable: true };
    case "binary":
      return { content: value as BodyInit, type, replayable: !(value instanceof ReadableStream) };
    case "stream":
      return { content: itemsOf(media, value), type, replayable: false };
  }
}

function fallbackType(media: Media, value: unknown): string {
  if (value instanceof Blob && value.type !== "") return value.type;
  return media.format === "json" ? "application/json" : "application/octet-stream";
}

function formOf(value: unknown): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, item] of fieldsOf(value)) form.append(name, isObject(item) ? JSON.stringify(item) : String(item));
  return form;
}

function multipartOf(value: unknown): FormData {
  if (value instanceof FormData) return value;
  const form = new FormData();
  for (const [name, item] of fieldsOf(value)) {
    if (item instanceof Blob) form.append(name, item);
    else if (item instanceof ArrayBuffer || ArrayBuffer.isView(item)) form.append(name, new Blob([item as BlobPart]));
    else if (isObject(item)) form.append(name, new Blob([JSON.stringify(item)], { type: "application/json" }));
    else form.append(name, String(item));
  }
  return form;
}

/** The own members of an object as fields; an array is one field an item. */
function fieldsOf(value: unknown): [name: string, item: unknown][] {
  return Object.entries(isObject(value) ? value : {})
    .flatMap(([name, member]) =>
      Array.isArray(member)
        ? member.map((item): [string, unknown] => [name, item])
        : [[name, member] as [string, unknown]],
    )
    .filter(([, item]) => item !== undefined);
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
