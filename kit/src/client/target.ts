import { InvalidRequestError } from "./errors.js";
import { own } from "./own.js";
import type { Values } from "./row.js";

/** Fills in a template such as `/v1/runs/{run_id}:cancel`; `writerOf` gives how the value of a name travels. */
export function pathWriter(
  operation: string,
  template: string,
  writerOf: (name: string) => (value: unknown) => string,
): (values: Values) => string {
  const segments = template
    .split("/")
    .map((segment) =>
      segment.split(/\{([^{}]+)\}/).map((part, index) => ({ part, write: index % 2 ? writerOf(part) : undefined })),
    );
  return (values) => {
    let path = "";
    for (const parts of segments) {
      let filled = "";
      for (const { part, write } of parts) {
        const value = write ? own(values, part) : part;
        if (value === undefined) refuse(operation, part, "is required");
        filled += write ? write(value) : part;
      }
      // URL parsers take "%2E%2E" for ".." as well, so such a value has no spelling; an empty one is another route.
      if (parts[1] && /^\.{0,2}$/.test(filled)) refuse(operation, parts[1].part, "is empty or dots");
      path += `/${filled}`;
    }
    return path.slice(1);
  };
}

/** The members of an object that have a value. */
export function membersOf(values: unknown): [name: string, value: unknown][] {
  return Object.entries(values ?? {}).filter(([, value]) => value !== undefined);
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
