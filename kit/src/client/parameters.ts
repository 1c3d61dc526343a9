import type { Parameter, ParameterPlace } from "../operation.js";
import { own } from "./own.js";
import type { ParameterWriter } from "./part.js";
import { isObject } from "./pointer.js";
import type { Row, Values } from "./row.js";
import { isThere, pathWriter, refuse } from "./target.js";

/** How one parameter is written does not depend on its being required. */
export type ParameterToWrite = Omit<Parameter, "required">;

type WriterOf = (operation: string, parameter: ParameterToWrite) => (value: unknown) => string;

/** Writes the declared parameters in path and query of an operation or channel; no others go out. */
export function urlWriter(
  { name: operation, path, parameters = [] }: Pick<Row, "name" | "path" | "parameters">,
  writerOf: WriterOf = plainWriter,
): ParameterWriter {
  const inPath = new Map(writersIn("path", operation, parameters, writerOf).map(({ name, write }) => [name, write]));
  const undeclared = writerOf(operation, { name: "", in: "path", type: "string" });
  const writePath = pathWriter(operation, path, (value, name) => (inPath.get(name) ?? undeclared)(value));
  const writeQuery = joined(writersIn("query", operation, parameters, writerOf), "&");
  return {
    target: (request) => {
      const query = writeQuery(request.query);
      return writePath(request.path) + (query && `?${query}`);
    },
  };
}

/** The parameters of one place, in the contract's order, and how their values are written. */
export function writersIn(
  place: ParameterPlace,
  operation: string,
  parameters: readonly ParameterToWrite[],
  writerOf: WriterOf = plainWriter,
): Writer[] {
  return parameters
    .filter((each) => each.in === place)
    .map((each) => ({ name: each.name, write: writerOf(operation, each) }));
}

interface Writer {
  readonly name: string;
  readonly write: (value: unknown) => string;
}

/** What the parameters of one place come to; those without a value are left out. */
export function joined(writers: readonly Writer[], separator: string): (values: Values) => string {
  return (values) => {
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
export function plainWriter(operation: string, parameter: ParameterToWrite): (value: unknown) => string {
  if (parameter.in === "header") return textOf;
  const key = parameter.in === "path" ? "" : `${encodeURIComponent(parameter.name)}=`;
  const write = (value: unknown) => key + encoded(operation, parameter, value);
  return (value) =>
    Array.isArray(value) ? value.filter(isThere).map(write).join("&") : isThere(value) ? write(value) : "";
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
export function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
