/** What was made of the items that go to many readers, by the stream or channel, which says how they are framed. */
const shared = new WeakMap<object, Map<object, unknown>>();

/**
 * Says that an item of a stream, or a message of a channel, goes to many readers: it is checked and encoded once for all
 * of them, and so must not change any more. Returns the item.
 */
export function shareItem<Item extends object>(item: Item): Item {
  shared.set(item, new Map());
  return item;
}

/** Makes something of an item for a stream or channel; at most once where the item is shared. */
export function madeOnce<Made>(item: unknown, place: object, make: (item: unknown, isShared: boolean) => Made): Made {
  const made = typeof item === "object" && item !== null ? shared.get(item) : undefined;
  if (!made) return make(item, false);
  let result = made.get(place) as Made | undefined;
  if (result === undefined) {
    result = make(item, true);
    made.set(place, result);
  }
  return result;
}
