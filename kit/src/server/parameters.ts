import type { Parameter, ParameterPlace, ParameterType } from "../operation.js";
import { put } from "./members.js";
import { decodeList, decodeRecord, decodeScalar, type RawOccurrences } from "./parameter-styles.js";
import type { RequestContents } from "./request.js";

/** Where the parameters of a request are looked for; everything still as on the wire. */
export interface ParameterSources {
  /** Path variables by name, percent-encoded. */
  readonly path: Readonly<Record<string, string>>;
  /** The query without `?`. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

type Groups = Pick<RequestContents, ParameterPlace>;

/**
 * Decodes the declared parameters by their OpenAPI style. Each place that declares a parameter gets a group,
 * be it empty. Text that is no value of the declared type stays text, so that the schema says what is wrong.
 * Undeclared query parameters are ignored.
 * @throws Problem `invalid_request` on a broken percent-encoding
 */
export function decodeParameters(declared: readonly Parameter[], sources: ParameterSources): Groups {
  const groups: Groups = {};
  if (declared.length === 0) return groups;
  const query = pairs(sources.query, "&");
  const cookies = sources.headers["cookie"] === undefined ? [] : pairs(sources.headers["cookie"], ";");
  for (const parameter of declared) {
    groups[parameter.in] ??= {};
    const group = groups[parameter.in];
    const value = decodeParameter(parameter, declared, sources, query, cookies);
    if (group && value !== undefined) put(group, parameter.name, value);
  }
  return groups;
}

function decodeParameter(
  parameter: Parameter,
  declared: readonly Parameter[],
  sources: ParameterSources,
  query: RawOccurrences,
  cookies: RawOccurrences,
): unknown {
  switch (parameter.in) {
    case "path": {
      const text = sources.path[parameter.name];
      return text === undefined ? undefined : decodeSingle(parameter, text);
    }
    case "header": {
      const text = sources.headers[parameter.name.toLowerCase()];
      return text === undefined ? undefined : decodeSingle(parameter, text);
    }
    case "query":
      return decodeMany(parameter, query, declared);
    case "cookie":
      return decodeMany(parameter, cookies, declared);
  }
}

/** A value of path or header: one text holds it all. */
function decodeSingle(parameter: Parameter, text: string): unknown {
  const shape = shapeOf(parameter);
  if (shape === "list") return decodeList(parameter, [text]);
  if (shape === "record") return decodeRecord(parameter, text);
  return decodeScalar(parameter, text);
}

/** A value of query or cookie: its name may come more than once, or not at all. */
function decodeMany(parameter: Parameter, all: RawOccurrences, declared: readonly Parameter[]): unknown {
  const shape = shapeOf(parameter);
  const explode = parameter.explode ?? (parameter.style ?? "form") === "form";
  if (shape === "record" && parameter.style === "deepObject")
    return decodeMembers(parameter, bracketed(parameter, all));
  if (shape === "record" && explode) return decodeMembers(parameter, exploded(parameter, all, declared));
  const found = all.filter(([name]) => name === parameter.name).map(([, text]) => text);
  const [first] = found;
  if (first === undefined) return undefined;
  if (shape === "list") return decodeList(parameter, found);
  if (shape === "record") return decodeRecord(parameter, first);
  // A repeated scalar is ambiguous: as an array it cannot pass for one, and the schema refuses it.
  if (found.length > 1) return found.map((text) => decodeScalar(parameter, text));
  return decodeScalar(parameter, first);
}

function decodeMembers(parameter: Parameter, members: RawOccurrences): unknown {
  if (members.length === 0) return undefined;
  const record: Record<string, unknown> = {};
  for (const name of new Set(members.map(([member]) => member))) {
    const type: ParameterType = Object.hasOwn(parameter.members ?? {}, name)
      ? (parameter.members?.[name] ?? "string")
      : "string";
    const values = members
      .filter(([member]) => member === name)
      .map(([, text]) => decodeScalar({ ...parameter, type }, text));
    put(record, name, values.length === 1 ? values[0] : values);
  }
  return record;
}

/** `filter[state]=queued`: the members of `filter`. */
function bracketed(parameter: Parameter, all: RawOccurrences): RawOccurrences {
  const prefix = `${parameter.name}[`;
  return all.flatMap(([name, text]) =>
    name.startsWith(prefix) && name.endsWith("]") ? [[name.slice(prefix.length, -1), text] as const] : [],
  );
}

/** `state=queued&limit=2`: the declared members, or, when none are named, whatever no other parameter claims. */
function exploded(parameter: Parameter, all: RawOccurrences, declared: readonly Parameter[]): RawOccurrences {
  const named = parameter.members;
  if (named && Object.keys(named).length > 0) return all.filter(([name]) => Object.hasOwn(named, name));
  const claimed = new Set(declared.filter((other) => other.in === parameter.in).map((other) => other.name));
  return all.filter(([name]) => !claimed.has(name.split("[")[0] ?? name));
}

function shapeOf(parameter: Parameter): "list" | "record" | "scalar" {
  if (parameter.type === "array") return "list";
  return parameter.type === "object" ? "record" : "scalar";
}

/** Names decoded, values raw. A name that does not decode is no declared one. */
function pairs(text: string, separator: "&" | ";"): RawOccurrences {
  const found: [string, string][] = [];
  for (const part of text.split(separator)) {
    const pair = separator === ";" ? part.trim() : part;
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const raw = at < 0 ? pair : pair.slice(0, at);
    try {
      found.push([
        decodeURIComponent(separator === "&" ? raw.replaceAll("+", " ") : raw),
        at < 0 ? "" : pair.slice(at + 1),
      ]);
    } catch {
      // An undeclared parameter, and those are ignored.
    }
  }
  return found;
}
