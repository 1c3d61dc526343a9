import type { Parameter, ParameterType } from "../operation.js";
import { deeperThan } from "./json.js";
import { DEFAULT_DEPTH_LIMIT } from "./limits.js";
import { put } from "./members.js";
import { Problem } from "./problem.js";

/** Names and raw values in the order of the wire. */
export type RawOccurrences = readonly (readonly [name: string, text: string])[];

/** One value: the style's decoration removed, percent-decoded, then read as the declared type. */
export function decodeScalar(parameter: Parameter, text: string): unknown {
  return convert(decode(parameter, undecorated(parameter, text)), parameter.type, parameter);
}

/** An array: from one text that the style divides, or from one text an item when it is exploded in a query. */
export function decodeList(parameter: Parameter, texts: readonly string[]): unknown[] {
  const items = isRepeated(parameter) ? texts : texts.flatMap((text) => divide(parameter, text));
  return items.map((item) => convert(decode(parameter, item), parameter.items ?? "string", parameter));
}

/** An object from one text: `a=1,b=2` when exploded, else `a,1,b,2`, with the style's own separators. */
export function decodeRecord(parameter: Parameter, text: string): Record<string, unknown> {
  const parts = divide(parameter, text);
  const record: Record<string, unknown> = {};
  const set = (name: string, value: string): void => {
    put(record, name, convert(decode(parameter, value), memberType(parameter, name), parameter));
  };
  if (parameter.explode && !isRepeated(parameter)) {
    for (const part of parts) {
      const at = part.indexOf("=");
      set(decode(parameter, at < 0 ? part : part.slice(0, at)), at < 0 ? "" : part.slice(at + 1));
    }
  } else {
    for (let index = 0; index < parts.length; index += 2) {
      set(decode(parameter, parts[index] ?? ""), parts[index + 1] ?? "");
    }
  }
  return record;
}

/** The declared type of an object's member; text where the contract does not say. */
export function memberType({ members = {}, items = "string" }: Parameter, name: string): ParameterType {
  return Object.hasOwn(members, name) ? (members[name] ?? items) : items;
}

/** In query and cookie an exploded array repeats its name. */
function isRepeated(parameter: Parameter): boolean {
  return (
    (parameter.in === "query" || parameter.in === "cookie") && (parameter.explode ?? styleOf(parameter) === "form")
  );
}

/** The pieces of a value, still percent-encoded: a delimiter inside a value arrives encoded. */
function divide(parameter: Parameter, text: string): string[] {
  const plain = undecorated(parameter, text);
  if (plain === "") return [];
  switch (styleOf(parameter)) {
    case "spaceDelimited":
      return plain.split(/%20|\+| /);
    case "pipeDelimited":
      return plain.split(/%7[Cc]|\|/);
    case "label":
      return plain.split(parameter.explode ? "." : ",");
    case "matrix":
      return parameter.explode ? matrixParts(parameter, plain) : plain.split(",");
    default:
      return parameter.in === "header" ? plain.split(",").map((part) => part.trim()) : plain.split(",");
  }
}

/** `;id=1;id=2` has the items 1 and 2; of an object, `;a=1;b=2`, the names stay. */
function matrixParts(parameter: Parameter, plain: string): string[] {
  const parts = plain.split(";");
  const prefix = `${parameter.name}=`;
  return parameter.type === "array"
    ? parts.map((part) => (part.startsWith(prefix) ? part.slice(prefix.length) : part === parameter.name ? "" : part))
    : parts;
}

/** Removes what a style puts before a value: `.` of label, `;name=` of matrix. */
function undecorated(parameter: Parameter, text: string): string {
  const style = styleOf(parameter);
  if (style === "label") return text.startsWith(".") ? text.slice(1) : text;
  if (style !== "matrix") return text;
  const plain = text.startsWith(";") ? text.slice(1) : text;
  if (parameter.explode && (parameter.type === "array" || parameter.type === "object")) return plain;
  const prefix = `${parameter.name}=`;
  return plain.startsWith(prefix) ? plain.slice(prefix.length) : plain === parameter.name ? "" : plain;
}

function styleOf(parameter: Parameter): NonNullable<Parameter["style"]> {
  return parameter.style ?? (parameter.in === "query" || parameter.in === "cookie" ? "form" : "simple");
}

/** Header values travel as they are; everything else is percent-encoded, with `+` for a space in queries. */
function decode(parameter: Parameter, text: string): string {
  if (parameter.in === "header") return text;
  try {
    return decodeURIComponent(parameter.in === "query" ? text.replaceAll("+", " ") : text);
  } catch {
    throw wrong(parameter, "encoding", "has a broken percent-encoding");
  }
}

/** Reads text as a type. What is no value of the type stays text, for the schema to refuse. */
function convert(text: string, type: ParameterType, parameter: Parameter): unknown {
  // Lists and objects inside of others have no style of their own, and come as JSON.
  if ((type === "array" || type === "object") && /^[[{]/.test(text)) return jsonOr(text);
  if (type !== "json") return scalarOf(text, type);
  if (deeperThan(text, DEFAULT_DEPTH_LIMIT)) throw wrong(parameter, "contentMediaType", "is nested too deep");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw wrong(parameter, "contentMediaType", "must be JSON");
  }
}

/** The value of JSON text, or the text itself, for the schema to refuse. */
function jsonOr(text: string): unknown {
  if (deeperThan(text, DEFAULT_DEPTH_LIMIT)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Text as a number or boolean where that is what is declared and what it spells; else as it is. */
export function scalarOf(text: string, type: ParameterType): unknown {
  switch (type) {
    case "integer":
    case "number":
      return numberOf(text, type) ?? text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "scalar":
      return numberOf(text, "integer") ?? scalarOf(text, "boolean");
    default:
      return text;
  }
}

/** A number in JSON's spelling that a double holds; an integer beyond 2^53 would silently become another one. */
function numberOf(text: string, type: "integer" | "number"): number | undefined {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  const lossy = type === "integer" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return Number.isFinite(value) && !lossy ? value : undefined;
}

function wrong(parameter: Parameter, keyword: string, message: string): Problem {
  const pointer = `/${parameter.in}/${parameter.name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return new Problem("invalid_request", `${pointer} ${message}.`, {
    details: { errors: [{ pointer, keyword, message }] },
  });
}
