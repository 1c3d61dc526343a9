/** Texts of the items that go to many readers, by the stream or channel, which says how they are framed. */
const texts = new WeakMap<object, Map<object, string>>();

/**
 * Says that an item of a stream, or a message of a channel, goes to many readers: it is checked and encoded once for all
 * of them, and so must not change any more. Returns the item.
 */
export function shareItem<Item extends object>(item: Item): Item {
  texts.set(item, new Map());
  return item;
}

/** The text of an item, made at most once where the item is shared. */
export function textOnce(item: unknown, place: object, make: (item: unknown) => string): string {
  const made = typeof item === "object" && item !== null ? texts.get(item) : undefined;
  if (!made) return make(item);
  let text = made.get(place);
  if (text === undefined) {
    text = make(item);
    made.set(place, text);
  }
  return text;
}
