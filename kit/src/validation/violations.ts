import type { Validator, Violation } from "./types.js";

/** Everything that is wrong with a value, in the order found; empty when nothing is. */
export function violationsOf(validator: Validator, value: unknown, tolerant = false): Violation[] {
  const found: Violation[] = [];
  // The first call costs nothing; the list is only made for values that fail.
  if (!validator(value, tolerant)) validator(value, tolerant, found);
  return found;
}
