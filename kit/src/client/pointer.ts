/**
 * JSON pointers (RFC 6901) into plain data. Only own members count, so a pointer from a contract, or a
 * value from the wire, can never reach a prototype.
 */

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
  for (const token of tokensOf(pointer)) {
    if (!isObject(value) || !Object.hasOwn(value, token)) return undefined;
    value = value[token];
  }
  return value;
}

/** A copy of `root` with `value` at the pointer; `root` and everything in it stay as they are. */
export function withValueAt(root: unknown, pointer: string, value: unknown): unknown {
  return replace(root, tokensOf(pointer), value);
}

function replace(node: unknown, tokens: readonly string[], value: unknown): unknown {
  const [token, ...rest] = tokens;
  if (token === undefined) return value;
  if (Array.isArray(node)) {
    const copy: unknown[] = [...node];
    const index = token === "-" ? copy.length : Number(token);
    copy[index] = replace(copy[index], rest, value);
    return copy;
  }
  const object = isObject(node) ? node : {};
  const member = Object.hasOwn(object, token) ? object[token] : undefined;
  // A computed key defines an own member, also for "__proto__".
  return { ...object, [token]: replace(member, rest, value) };
}

/** True for objects and arrays. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
