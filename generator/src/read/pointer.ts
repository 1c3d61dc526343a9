/** JSON pointers (RFC 6901), as texts such as `/paths/~1v1~1runs/get`. */

export function pointerParts(pointer: string): string[] {
  return pointer === "" ? [] : pointer.slice(1).split("/").map(unescapeStep);
}

function unescapeStep(step: string): string {
  return step.includes("~") ? step.replaceAll("~1", "/").replaceAll("~0", "~") : step;
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
  // Called for every place of a contract: no list of steps is made.
  for (let start = 1; start <= pointer.length; ) {
    const slash = pointer.indexOf("/", start);
    const end = slash === -1 ? pointer.length : slash;
    const step = unescapeStep(pointer.slice(start, end));
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string, unknown>)[step];
    start = end + 1;
  }
  return current;
}
