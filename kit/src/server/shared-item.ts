import type { Stream } from "../operation.js";

/** Texts of the items that go to many readers, by how the stream frames them. */
const texts = new WeakMap<object, Map<Stream, string>>();

/**
 * Says that a stream item goes to many readers: it is checked and encoded once for all of them, and so must not change
 * any more. Returns the item.
 */
export function shareItem<Item extends object>(item: Item): Item {
  texts.set(item, new Map());
  return item;
}

/** The text of an item, made at most once where the item is shared. */
export function textOnce(item: unknown, stream: Stream, make: (item: unknown) => string): string {
  const made = typeof item === "object" && item !== null ? texts.get(item) : undefined;
  if (!made) return make(item);
  let text = made.get(stream);
  if (text === undefined) {
    text = make(item);
    made.set(stream, text);
  }
  return text;
}
