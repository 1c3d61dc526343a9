import type { Parameter, ParameterPlace } from "../operation.js";
import { isObject } from "./pointer.js";

/** A parameter value that cannot travel; the caller turns it into an `InvalidRequestError`. */
export class EncodeError extends Error {
  /** JSON pointer into the request object. */
  readonly pointer: string;

  constructor(place: ParameterPlace, name: string, message: string) {
    super(message);
    this.pointer = `/${place}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }
}

/** One place of the request object, such as its `query`. */
export type Values = Readonly<Record<string, unknown>> | undefined;

/** The path of a template such as `/v1/runs/{run_id}:cancel`, with every value fully percent-encoded. */
export function encodePath(template: string, parameters: readonly Parameter[], values: Values): string {
  return template
    .split("/")
    .map((segment) => {
      let last: string | undefined;
      const filled = segment.replace(/\{([^{}]+)\}/g, (_, name: string) => {
        last = name;
        const value = own(values, name);
        if (value === undefined) throw new EncodeError("path", name, "is required");
        const parameter = parameters.find((each) => each.in === "path" && each.name === name);
        return pathValue(parameter ?? { name, in: "path", type: "string" as const }, value);
      });
      // URL parsers take "%2E%2E" for ".." as well, so such a value has no spelling; an empty one is another route.
      if (last !== undefined && ["", ".", ".."].includes(filled)) {
        throw new EncodeError("path", last, `must not make the path segment "${filled}"`);
      }
      return filled;
    })
    .join("/");
}

/** The query string without its `?`; `""` when there is nothing to send. */
export function encodeQuery(parameters: readonly Parameter[], values: Values): string {
  const pairs: string[] = [];
  for (const parameter of parameters) {
    const value = parameter.in === "query" ? own(values, parameter.name) : undefined;
    if (value !== undefined) pairs.push(...queryPairs(parameter, value));
  }
  return pairs.join("&");
}

/** The header parameters as name and value; the names OpenAPI reserves are left to the client. */
export function encodeHeaders(parameters: readonly Parameter[], values: Values): [name: string, value: string][] {
  const headers: [string, string][] = [];
  for (const parameter of parameters) {
    const { name } = parameter;
    if (parameter.in !== "header" || /^(accept|content-type|authorization)$/i.test(name)) continue;
    const value = own(values, name);
    if (value === undefined) continue;
    headers.push([name, headerValue(name, simple(parameter, value, String))]);
  }
  return headers;
}

/** The `Cookie` header's value; `""` when there is nothing to send. */
export function encodeCookies(parameters: readonly Parameter[], values: Values): string {
  const pairs: string[] = [];
  for (const parameter of parameters) {
    const value = parameter.in === "cookie" ? own(values, parameter.name) : undefined;
    if (value !== undefined) pairs.push(...queryPairs(parameter, value));
  }
  return pairs.join("; ");
}

/** The value, when a header can carry it: no line break, no control character, nothing beyond Latin-1. */
export function headerValue(name: string, value: string): string {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new EncodeError("header", name, "must not hold line breaks, control characters or anything beyond Latin-1");
  }
  return value;
}

function pathValue(parameter: Parameter, value: unknown): string {
  const { name, style = "simple", explode = false } = parameter;
  const write = (each: unknown) => encode("path", name, text(each));
  if (style === "simple") return simple(parameter, value, write);
  const key = encode("path", name, name);
  if (style === "label") {
    return `.${members(parameter, value, write)
      .map(([k, v]) => pair(k, v, explode))
      .join(explode ? "." : ",")}`;
  }
  const parts = members(parameter, value, write);
  // Matrix: ";name=a,b", exploded ";name=a;name=b", and of an object ";k=v;k=v".
  if (!explode) return `;${key}=${parts.flatMap(([k, v]) => (k === undefined ? [v] : [k, v])).join(",")}`;
  return parts.map(([k, v]) => `;${k ?? key}=${v}`).join("");
}

function queryPairs(parameter: Parameter, value: unknown): string[] {
  const { name, in: place, style = "form", allowReserved } = parameter;
  const explode = parameter.explode ?? style === "form";
  const write = (each: unknown) => encode(place, name, text(each), allowReserved);
  const key = encode(place, name, name);
  if (style === "deepObject" && isPlain(parameter, value)) {
    return members(parameter, value, write).map(([k, v]) => `${key}[${k}]=${v}`);
  }
  const parts = members(parameter, value, write);
  if (parts.length === 0) return [];
  if (explode) return parts.map(([k, v]) => `${k ?? key}=${v}`);
  const delimiter = style === "spaceDelimited" ? "%20" : style === "pipeDelimited" ? "%7C" : ",";
  return [`${key}=${parts.flatMap(([k, v]) => (k === undefined ? [v] : [k, v])).join(delimiter)}`];
}

function simple(parameter: Parameter, value: unknown, write: (value: unknown) => string): string {
  return members(parameter, value, (each) => write(text(each)))
    .map(([k, v]) => pair(k, v, parameter.explode ?? false))
    .join(",");
}

function pair(key: string | undefined, value: string, explode: boolean): string {
  return key === undefined ? value : `${key}${explode ? "=" : ","}${value}`;
}

/** The value as written parts: one for a scalar, one an item of an array, one with a key a member of an object. */
function members(
  parameter: Parameter,
  value: unknown,
  write: (value: unknown) => string,
): [key: string | undefined, value: string][] {
  if (parameter.type === "json") return [[undefined, write(JSON.stringify(value))]];
  if (Array.isArray(value)) {
    return value.filter((item) => item !== undefined).map((item: unknown) => [undefined, write(item)]);
  }
  if (isPlain(parameter, value)) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [
        parameter.in === "header" ? key : encode(parameter.in, parameter.name, key),
        write(member),
      ]);
  }
  return [[undefined, write(value)]];
}

function isPlain(parameter: Parameter, value: unknown): value is Record<string, unknown> {
  return parameter.type !== "json" && isObject(value) && !Array.isArray(value);
}

/** Scalars as themselves; what has no place in a style is JSON. */
function text(value: unknown): string {
  return isObject(value) ? JSON.stringify(value) : String(value);
}

function encode(place: ParameterPlace, name: string, value: string, allowReserved?: true): string {
  let encoded: string;
  try {
    encoded = encodeURIComponent(value);
  } catch {
    throw new EncodeError(place, name, "must be well-formed Unicode");
  }
  if (!allowReserved) return encoded;
  // "#" would end the query, "&" the parameter, and "+" reads as a space: those stay encoded.
  return encoded.replace(/%(3A|2F|3F|5B|5D|40|24|2C|3B|3D)/g, (triplet) => decodeURIComponent(triplet));
}

function own(values: Values, name: string): unknown {
  return values !== undefined && values !== null && Object.hasOwn(values, name) ? values[name] : undefined;
}
