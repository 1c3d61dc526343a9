import { InvalidRequestError } from "./errors.js";
import type { Values } from "./row.js";

/** Fills in a template such as `/v1/runs/{run_id}:cancel`; `write` gives a value as it travels. */
export function pathWriter(
  operation: string,
  template: string,
  write: (name: string, value: unknown) => string,
): (values: Values) => string {
  const fillIn = (values: Values, name: string) => {
    const value = own(values, name);
    return value === undefined ? refuse(operation, name, "is required") : write(name, value);
  };
  const segments = template.split("/").map((segment) => {
    // Text and names take turns.
    const parts = segment.split(/\{([^{}]+)\}/);
    if (parts.length === 1) return () => segment;
    return (values: Values) => {
      const filled = parts.map((part, index) => (index % 2 ? fillIn(values, part) : part)).join("");
      // URL parsers take "%2E%2E" for ".." as well, so such a value has no spelling; an empty one is another route.
      return /^\.{0,2}$/.test(filled) ? refuse(operation, segment.slice(1, -1), "must not be empty or dots") : filled;
    };
  });
  return (values) => segments.map((fill) => fill(values)).join("/");
}

/** The members of an object that have a value. */
export function membersOf(values: unknown): [name: string, value: unknown][] {
  return values ? Object.entries(values).filter(([, value]) => value !== undefined) : [];
}

/** A member, unless it is inherited. */
export function own(values: Values, name: string): unknown {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}

/** A value that cannot travel in its place. */
export function refuse(operation: string, name: string, message: string, place = "path"): never {
  const pointer = `/${place}/${name}`;
  throw new InvalidRequestError(operation, "request", [{ pointer, keyword: "encoding", message, params: {} }]);
}
