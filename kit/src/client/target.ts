import type { ParameterPlace } from "../operation.js";
import { InvalidRequestError } from "./errors.js";
import type { ParameterWriter } from "./part.js";
import { isObject } from "./pointer.js";
import type { Row, Values } from "./row.js";

/** The default styles: `simple` in path and header, exploded `form` in the query. */
export function defaultStyles({ name: operation, path }: Pick<Row, "name" | "path">): ParameterWriter {
  const simple = (place: ParameterPlace, name: string, value: unknown) =>
    (Array.isArray(value) ? itemsOf(value) : isObject(value) ? membersOf(value).flat() : [value])
      .map((item) => encode(operation, place, name, item))
      .join();
  const writePath = pathWriter(operation, path, (name, value) => simple("path", name, value));
  return {
    target: (request) => {
      const pairs = membersOf(request.query).flatMap(([name, value]) =>
        (Array.isArray(value)
          ? itemsOf(value).map((item) => [name, item])
          : isObject(value)
            ? membersOf(value)
            : [[name, value]]
        ).map((pair) => pair.map((text) => encode(operation, "query", name, text)).join("=")),
      );
      return writePath(request.path) + (pairs.length > 0 ? `?${pairs.join("&")}` : "");
    },
    headers: ({ header }, headers) => {
      for (const [name, value] of membersOf(header)) putHeader(operation, headers, name, simple("header", name, value));
    },
  };
}

/** Fills in a template such as `/v1/runs/{run_id}:cancel`; `write` gives a value as it travels. */
export function pathWriter(
  operation: string,
  template: string,
  write: (name: string, value: unknown) => string,
): (values: Values) => string {
  // In each segment the names are at the odd places.
  const segments = template.split("/").map((segment) => segment.split(/\{([^{}]+)\}/));
  return (values) => {
    let path = "";
    let slash = "";
    for (const [literal = "", name, ...rest] of segments) {
      let segment = literal;
      if (name !== undefined) {
        const fill = (part: string) => write(part, own(values, part) ?? refuse(operation, "path", part, "is required"));
        segment += fill(name) + rest.map((part, index) => (index % 2 ? fill(part) : part)).join("");
        // URL parsers take "%2E%2E" for ".." as well, so such a value has no spelling; an empty one is another route.
        if (/^\.{0,2}$/.test(segment)) {
          refuse(operation, "path", name, `must not make the path segment "${segment}"`);
        }
      }
      path += slash + segment;
      slash = "/";
    }
    return path;
  };
}

/** Sets a header that `fetch` would send: no line break, no control character, nothing beyond Latin-1. */
export function putHeader(operation: string, headers: Record<string, string>, name: string, value: string): void {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    refuse(operation, "header", name, "must not hold line breaks, control characters or anything beyond Latin-1");
  }
  headers[name.toLowerCase()] = value;
}

/** A value as text, which is JSON where it has no place in a style; percent-encoded whole, but for headers. */
export function encode(operation: string, place: ParameterPlace, name: string, value: unknown): string {
  const text = isObject(value) ? JSON.stringify(value) : String(value);
  try {
    return place === "header" ? text : encodeURIComponent(text);
  } catch {
    return refuse(operation, place, name, "must be well-formed Unicode");
  }
}

/** The members of an object that have a value. */
export function membersOf(values: unknown): [name: string, value: unknown][] {
  return values ? Object.entries(values).filter(([, value]) => value !== undefined) : [];
}

/** The items of an array that have a value. */
export function itemsOf(values: readonly unknown[]): unknown[] {
  return values.filter((value) => value !== undefined);
}

/** A member, unless it is inherited. */
export function own(values: Values, name: string): unknown {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}

/** A value that cannot travel. */
export function refuse(operation: string, place: ParameterPlace, name: string, message: string): never {
  const pointer = `/${place}/${name.replace(/~/g, "~0").replace(/\//g, "~1")}`;
  throw new InvalidRequestError(operation, [{ pointer, keyword: "encoding", message, params: {} }]);
}
