import type { Place } from "../diagnostics/diagnostic.js";
import { isObject } from "./json.js";
import { pointerTo, valueAt } from "./pointer.js";

/** A place, and what stands there. */
export interface Found {
  readonly place: Place;
  readonly value: unknown;
}

/** What stands at a place. */
export function foundAt(place: Place): Found {
  return { place, value: valueAt(place.document.value, place.pointer) };
}

/** The names of the members of an object that has been found; none of anything else. */
export function keysOf({ value }: Found): string[] {
  return isObject(value) ? Object.keys(value) : [];
}

/** A member of what has been found, which need not be looked up from the root again. */
export function memberAt({ place, value }: Found, key: string | number): Found {
  const at: Place = { document: place.document, pointer: pointerTo(place.pointer, key) };
  const isThere = typeof value === "object" && value !== null && Object.hasOwn(value, key);
  return { place: at, value: isThere ? (value as Record<string | number, unknown>)[key] : undefined };
}
