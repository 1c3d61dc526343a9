import type { Parameter, ParameterPlace } from "../operation.js";
import type { ParameterWriter } from "./part.js";
import { isObject } from "./pointer.js";
import type { Row, Values } from "./row.js";
import { isThere, own, pathWriter, refuse } from "./target.js";

/** How one parameter is written does not depend on its being required. */
export type ParameterToWrite = Omit<Parameter, "required">;

/** Writes the declared parameters of an operation or channel; no others go out. */
export function parametersWriter(
  { name: operation, path, parameters = [] }: Pick<Row, "name" | "path" | "parameters">,
  writerOf: (operation: string, parameter: ParameterToWrite) => (value: unknown) => string = plainWriter,
): ParameterWriter {
  const all = parameters
    // OpenAPI leaves these headers to media types and security.
    .filter((each) => each.in !== "header" || !/^(accept|content-type|authorization)$/i.test(each.name))
    .map((each) => ({ in: each.in, name: each.name, write: writerOf(operation, each) }));
  const writersIn = (place: ParameterPlace) => all.filter((each) => each.in === place);
  const inPath = new Map(writersIn("path").map(({ name, write }) => [name, write]));
  const undeclared = writerOf(operation, { name: "", in: "path", type: "string" });
  const writePath = pathWriter(operation, path, (value, name) => (inPath.get(name) ?? undeclared)(value));
  const headers = writersIn("header");
  const writeQuery = joined(writersIn("query"), "&");
  const writeCookies = joined(writersIn("cookie"), "; ");
  return {
    target: (request) => {
      const query = writeQuery(request.query);
      return writePath(request.path) + (query && `?${query}`);
    },
    headers: ({ header, cookie }, into) => {
      for (const { name, write } of headers) {
        const value = own(header, name) ?? undefined;
        if (value !== undefined) into[name.toLowerCase()] = write(value);
      }
      const cookies = writeCookies(cookie);
      if (cookies) into["cookie"] = cookies;
      checkHeaders(operation, into);
    },
  };
}

/** What `fetch` would not send is an invalid request, wherever it comes from. */
function checkHeaders(operation: string, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      refuse(operation, escaped(name), "must not hold control characters or anything beyond Latin-1", "header");
    }
  }
}

/** What the parameters of one place come to, in the contract's order; those without a value are left out. */
function joined(writers: readonly { name: string; write: (value: unknown) => string }[], separator: string) {
  return (values: Values) => {
    let text = "";
    for (const { name, write } of writers) {
      const value = own(values, name);
      const more = value === undefined ? "" : write(value);
      if (more) text += (text && separator) + more;
    }
    return text;
  };
}

/** Writes a scalar, and in a query the items of an array, by the default style of its place. */
function plainWriter(operation: string, parameter: ParameterToWrite): (value: unknown) => string {
  if (parameter.in === "header") return textOf;
  const key = parameter.in === "path" ? "" : `${encodeURIComponent(parameter.name)}=`;
  const write = (value: unknown) => key + encoded(operation, parameter, value);
  return (value) => [value].flat().filter(isThere).map(write).join("&");
}

/** A value as it travels in a URL or a cookie. Throws `InvalidRequestError`. */
export function encoded(operation: string, { name, in: place }: ParameterToWrite, value: unknown): string {
  try {
    return encodeURIComponent(textOf(value));
  } catch {
    return refuse(operation, escaped(name), "must be well-formed Unicode", place);
  }
}

/** Scalars as themselves; what has no place in a style is JSON. */
export function textOf(value: unknown): string {
  return isObject(value) ? JSON.stringify(value) : String(value);
}

/** A name as a token of a JSON pointer. */
function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
