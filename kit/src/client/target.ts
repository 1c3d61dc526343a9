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
  return (values) => {
    let path = "";
    for (const parts of segments) {
      let filled = "";
      parts.forEach((part, index) => {
        const value = index % 2 ? own(values, part) : part;
        if (value === undefined) refuse(operation, part, "is required");
        filled += index % 2 ? write(value, part) : part;
      });
      // URL parsers take "%2E%2E" for ".." as well, so such a value has no spelling; an empty one is another route.
      if (parts[1] && /^\.{0,2}$/.test(filled)) refuse(operation, parts[1], "is empty or dots");
      path += `/${filled}`;
    }
    return path.slice(1);
  };
}

/** The members of an object that have a value. */
export function membersOf(values: unknown): [name: string, value: unknown][] {
  return Object.entries(values ?? {}).filter(([, value]) => value !== undefined);
}

/** A member, unless it is inherited. */
export function own<Value>(values: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}

/** A value that cannot travel in its place. */
export function refuse(operation: string, name: string, message: string, place = "path"): never {
  throw new InvalidRequestError(operation, "request", [
    { pointer: `/${place}/${name}`, keyword: "encoding", message, params: {} },
  ]);
}
