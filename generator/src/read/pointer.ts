/** JSON pointers (RFC 6901), as texts such as `/paths/~1v1~1runs/get`. */

export function pointerParts(pointer: string): string[] {
  if (pointer === "") return [];
  const parts = pointer.slice(1).split("/");
  return pointer.includes("~") ? parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")) : parts;
}

export function pointerTo(base: string, ...parts: readonly (string | number)[]): string {
  let pointer = base;
  for (const part of parts) pointer += `/${typeof part === "number" ? part : escapeStep(part)}`;
  return pointer;
}

function escapeStep(part: string): string {
  return part.includes("~") || part.includes("/") ? part.replaceAll("~", "~0").replaceAll("/", "~1") : part;
}

/** The value at a pointer, or undefined. Own members only. */
export function valueAt(value: unknown, pointer: string): unknown {
  let current = value;
  for (const part of pointerParts(pointer)) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Record<string, unknown>)[part];
  }
  return current;
}
