/**
 * JSON pointers (RFC 6901) into plain data. Only own members count, so a pointer from a contract, or a
 * value from the wire, can never reach a prototype.
 */

import { own } from "./own.js";

/** The reference tokens of a pointer: `/a~1b/0` is `["a/b", "0"]`, `""` is the whole value. */
export function tokensOf(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The value at a pointer, or `undefined` where there is none. */
export function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const token of tokensOf(pointer)) value = isObject(value) ? own(value, token) : undefined;
  return value;
}

/** A copy of `root` with `value` at the pointer; `root` and everything in it stay as they are. */
export function withValueAt(root: unknown, pointer: string, value: unknown): unknown {
  return replace(root, tokensOf(pointer), value);
}

function replace(node: unknown, tokens: readonly string[], value: unknown): unknown {
  const [token, ...rest] = tokens;
  if (token === undefined) return value;
  const object = isObject(node) ? node : {};
  const member = replace(own(object, token), rest, value);
  // A computed key defines an own member, also for "__proto__".
  return Array.isArray(node) ? Object.assign([...node], { [token]: member }) : { ...object, [token]: member };
}

/** True for objects and arrays. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
