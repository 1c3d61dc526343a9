import type { Parameter, ParameterPlace } from "../operation.js";
import type { ParameterWriter, Part } from "./part.js";
import { isObject } from "./pointer.js";
import type { Row, Values } from "./row.js";
import { membersOf, own, pathWriter, refuse } from "./target.js";

/** The part that writes parameters in all styles of OpenAPI, as the operation's row declares them; no others go out. */
export const styles: Part = { parameters: styledParameters };

/** Writes the declared parameters of an operation or channel. */
export function styledParameters({
  name: operation,
  path,
  parameters = [],
}: Pick<Row, "name" | "path" | "parameters">): ParameterWriter {
  const all = parameters
    // OpenAPI leaves these headers to media types and security.
    .filter((each) => each.in !== "header" || !/^(accept|content-type|authorization)$/i.test(each.name))
    .map((each) => ({ in: each.in, name: each.name, write: styleWriter(operation, each) }));
  const writersIn = (place: ParameterPlace) => all.filter((each) => each.in === place);
  const inPath = new Map(writersIn("path").map(({ name, write }) => [name, write]));
  const undeclared = styleWriter(operation, { name: "", in: "path", type: "string" });
  const writePath = pathWriter(operation, path, (name, value) => (inPath.get(name) ?? undeclared)(value));
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
        const value = own(header, name);
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

/**
 * Writes one parameter as OpenAPI's table of styles says (Parameter Object, "Style Values"; RFC 6570). Nothing to write,
 * such as an empty array in a query, is `""`. Throws `InvalidRequestError`.
 */
export function styleWriter(operation: string, parameter: Omit<Parameter, "required">): (value: unknown) => string {
  const { name, in: place, type, allowReserved } = parameter;
  const style = parameter.style ?? (place === "path" || place === "header" ? "simple" : "form");
  const explode = parameter.explode ?? style === "form";
  const named = style !== "simple" && style !== "label";
  const first = { label: ".", matrix: ";" }[style as string] ?? "";
  const between = { simple: ",", label: ".", matrix: ";" }[style as string] ?? (place === "cookie" ? "; " : "&");
  const inside = { spaceDelimited: "%20", pipeDelimited: "%7C" }[style as string] ?? ",";

  const write = (value: unknown) => {
    if (place === "header") return textOf(value);
    let text: string;
    try {
      text = encodeURIComponent(textOf(value));
    } catch {
      return refuse(operation, escaped(name), "must be well-formed Unicode", place);
    }
    // An exploded label ends at a dot, which is no reserved character.
    return style === "label" ? text.replaceAll(".", "%2E") : text;
  };
  const key = write(name);
  const writeValue = (value: unknown, kept: RegExp) =>
    allowReserved ? write(value).replace(kept, decodeURIComponent) : write(value);
  const assign = (text: string) => (text === "" && style === "matrix" ? key : `${key}=${text}`);
  const scalar = (value: unknown) => {
    const text = writeValue(value, RESERVED);
    return first + (named ? assign(text) : text);
  };

  return (value) => {
    if (type === "json") return scalar(JSON.stringify(value));
    if (!isObject(value)) return scalar(value);
    const kept = explode || style === "deepObject" ? RESERVED : RESERVED_BUT_COMMA;
    const pairs = Array.isArray(value)
      ? value.filter((item) => item !== undefined).map((item) => [writeValue(item, kept)])
      : membersOf(value).map(([name, member]) => [write(name), writeValue(member, kept)]);
    if (style === "deepObject" && !Array.isArray(value)) return pairs.map(([k, v]) => `${key}[${k}]=${v}`).join("&");
    if (pairs.length === 0 && (place === "query" || place === "cookie")) return "";
    if (!explode) {
      const text = pairs.flat().join(inside);
      return first + (named ? assign(text) : text);
    }
    return first + pairs.map(([k = "", v]) => (v === undefined ? (named ? assign(k) : k) : `${k}=${v}`)).join(between);
  };
}

/** Scalars as themselves; what has no place in a style is JSON. */
export function textOf(value: unknown): string {
  return isObject(value) ? JSON.stringify(value) : String(value);
}

/** A name as a token of a JSON pointer. */
function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Reserved characters, encoded. "#" would end the query, "&" the parameter, and "+" reads as a space: those stay. */
const RESERVED = /%(3A|2F|3F|5B|5D|40|24|2C|3B|3D)/g;
/** Where commas divide items, those inside of one stay encoded. */
const RESERVED_BUT_COMMA = /%(3A|2F|3F|5B|5D|40|24|3B|3D)/g;
