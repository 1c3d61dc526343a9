import { InvalidRequestError } from "./errors.js";
import type { Values } from "./row.js";

/** Fills in a template such as `/v1/runs/{run_id}:cancel`; `write` gives a value as it travels. */
export function pathWriter(
  operation: string,
  template: string,
  write: (value: unknown, name: string) => string,
): (values: Values) => string {
  // In each segment, text and names take turns.
  const segments = template.split("/").map((segment) => segment.split(/\{([^{}]+)\}/));
  return (values) =>
    segments
      .map((parts) => {
        const filled = parts
          .map((part, index) => {
            if (index % 2 === 0) return part;
            return values && Object.hasOwn(values, part) && values[part] !== undefined
              ? write(values[part], part)
              : refuse(operation, part, "is required");
          })
          .join("");
        // URL parsers take "%2E%2E" for ".." as well, so such a value has no spelling; an empty one is another route.
        return parts[1] && /^\.{0,2}$/.test(filled) ? refuse(operation, parts[1], "is empty or dots") : filled;
      })
      .join("/");
}

/** The members of an object, or the items of a list, that have a value. */
export function membersOf(values: unknown): [name: string, value: unknown][] {
  return Object.entries(values ?? {}).filter(([, value]) => value !== undefined && value !== null);
}

/** Neither undefined nor null, which no style can tell from text (RFC 6570, §2.3). */
export function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A value that cannot travel in its place. */
export function refuse(operation: string, name: string, message: string, place = "path"): never {
  throw new InvalidRequestError(operation, "request", [
    { pointer: `/${place}/${name}`, keyword: "encoding", message, params: {} },
  ]);
}
