import { InvalidRequestError } from "./errors.js";
import type { Values } from "./row.js";

/** Fills in a template such as `/v1/runs/{run_id}:cancel`; `write` gives a value as it travels. */
export function pathWriter(
  operation: string,
  template: string,
  write: (name: string, value: unknown) => string,
): (values: Values) => string {
  const segments = template.split("/");
  const fill = (segment: string, values: Values) => {
    const filled = segment.replace(/\{([^{}]+)\}/g, (_, name: string) => {
      const value = own(values, name);
      return value === undefined ? refuse(operation, `/path/${name}`, "is required") : write(name, value);
    });
    // URL parsers take "%2E%2E" for ".." as well, so such a value has no spelling; an empty one is another route.
    return filled !== segment && /^\.{0,2}$/.test(filled)
      ? refuse(operation, `/path/${segment.split(/[{}]/)[1]}`, `must not make the path segment "${filled}"`)
      : filled;
  };
  return (values) => segments.map((segment) => fill(segment, values)).join("/");
}

/** The members of an object that have a value. */
export function membersOf(values: unknown): [name: string, value: unknown][] {
  return values ? Object.entries(values).filter(([, value]) => value !== undefined) : [];
}

/** A member, unless it is inherited. */
export function own(values: Values, name: string): unknown {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}

/** A value that cannot travel. `pointer` leads to it in the request object. */
export function refuse(operation: string, pointer: string, message: string): never {
  throw new InvalidRequestError(operation, [{ pointer, keyword: "encoding", message, params: {} }]);
}
