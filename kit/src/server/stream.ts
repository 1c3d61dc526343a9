import type { Media } from "../operation.js";
import { type ItemOptions, ItemStream } from "./item-stream.js";

/** How long the first item may delay the headers, in milliseconds. */
const FIRST_ITEM_GRACE_MS = 50;

export interface StreamOptions extends Omit<ItemOptions, "validator"> {
  /** Check each item against the contract. */
  readonly validate: boolean;
}

/**
 * Encodes items as a response body that pulls an item only when the one before has been taken.
 * Waits a moment for the first item, so that a problem found at once can still be an ordinary error response.
 * @throws whatever the method threw before its first item
 */
export async function openStream(
  items: AsyncIterable<unknown>,
  { schema, stream = { framing: "ndjson" } }: Media,
  { validate, ...options }: StreamOptions,
): Promise<ItemStream> {
  const validator = validate && schema ? (schema.validator ?? (await schema.load())) : undefined;
  const body = new ItemStream(items[Symbol.asyncIterator](), stream, { ...options, ...(validator && { validator }) });
  await body.begin(FIRST_ITEM_GRACE_MS);
  return body;
}
