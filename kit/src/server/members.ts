/** Members by name and by JSON pointer, safe for names such as `__proto__`. */

/** Sets an own member; `__proto__` becomes an ordinary member instead of the prototype. */
export function put(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

/** An own member, or undefined; never one inherited from a prototype. */
export function own(target: unknown, name: string): unknown {
  if (typeof target !== "object" || target === null || !Object.hasOwn(target, name)) return undefined;
  return (target as Record<string, unknown>)[name];
}

/** Reads the value at a JSON pointer (RFC 6901); undefined when there is none. */
export function readerAt(pointer: string): (root: unknown) => unknown {
  const path = tokens(pointer);
  return (root) => path.reduce(own, root);
}

/** Sets the value at a JSON pointer, making the objects on the way. The pointer must not be `""`. */
export function setAt(root: object, pointer: string, value: unknown): void {
  const path = tokens(pointer);
  const last = path.pop();
  if (last === undefined) throw new Error('the pointer "" has no member to set');
  let target = root;
  for (const token of path) {
    const next = own(target, token);
    if (typeof next === "object" && next !== null) {
      target = next;
    } else {
      const made = {};
      put(target, token, made);
      target = made;
    }
  }
  put(target, last, value);
}

function tokens(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}
