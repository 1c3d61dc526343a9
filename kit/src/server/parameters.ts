import type { Parameter, ParameterPlace } from "../operation.js";
import { own, put } from "./members.js";
import { decodeList, decodeRecord, decodeScalar, memberType, type RawOccurrences } from "./parameter-styles.js";
import { Problem } from "./problem.js";
import type { RequestContents } from "./request.js";
import { variableNames } from "./router.js";

type Groups = Pick<RequestContents, ParameterPlace>;

/** A parameter, and where a request has it. */
interface Placed extends Parameter {
  readonly lowerName: string;
  /** Which variable of the path it is; -1 for none. */
  readonly variable: number;
}

/** More parameters than this in query or cookies are an attack on whoever reads them. */
const MOST_PARAMETERS = 1000;

/** Reads the declared parameters of one operation from a request, by their OpenAPI style. */
export class ParameterReader {
  readonly #declared: readonly Placed[];
  readonly #places: readonly ParameterPlace[];

  /** @param path the template that the path parameters stand in */
  constructor(declared: readonly Parameter[], path: string) {
    const variables = variableNames(path);
    this.#declared = declared.map((parameter) => ({
      ...parameter,
      lowerName: parameter.name.toLowerCase(),
      variable: variables.indexOf(parameter.name),
    }));
    this.#places = [...new Set(declared.map((parameter) => parameter.in))];
  }

  /**
   * Each place that declares a parameter gets a group, be it empty. Text that is no value of the declared type stays
   * text, so that the schema says what is wrong. Undeclared query parameters are ignored.
   * @param values path variables in the order of the template, percent-encoded
   * @param query without `?`
   * @param headers names in lower case
   * @throws Problem `invalid_request` on a broken percent-encoding, or on far too many parameters
   */
  read(values: readonly string[], query: string, headers: Readonly<Record<string, string>>): RequestContents {
    const contents: RequestContents = {};
    if (this.#declared.length > 0) this.#read(contents, values, query, headers);
    return contents;
  }

  #read(groups: Groups, values: readonly string[], query: string, headers: Readonly<Record<string, string>>): void {
    let inQuery: RawOccurrences = [];
    let inCookie: RawOccurrences = [];
    for (const place of this.#places) {
      groups[place] = {};
      if (place === "query") inQuery = pairs(query, "&");
      else if (place === "cookie") inCookie = pairs(headers["cookie"] ?? "", ";");
    }
    for (const parameter of this.#declared) {
      const { name, lowerName, variable } = parameter;
      let value: unknown;
      if (parameter.in === "path") value = decodeSingle(parameter, values[variable]);
      else if (parameter.in === "header") value = decodeSingle(parameter, own(headers, lowerName));
      else value = decodeMany(parameter, parameter.in === "query" ? inQuery : inCookie, this.#declared);
      if (value !== undefined) put(groups[parameter.in] ?? {}, name, value);
    }
  }
}

/** A value of path or header: one text holds it all. */
function decodeSingle(parameter: Parameter, text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  const shape = shapeOf(parameter);
  if (shape === "list") return decodeList(parameter, [text]);
  if (shape === "record") return decodeRecord(parameter, text);
  return decodeScalar(parameter, text);
}

/** Is a name of the query one of those that hold the parameter? */
export function claims(parameter: Parameter, name: string): boolean {
  if (name === parameter.name) return true;
  if (parameter.type !== "object") return false;
  if (parameter.style === "deepObject") return name.startsWith(`${parameter.name}[`) && name.endsWith("]");
  return Object.hasOwn(parameter.members ?? {}, name);
}

/** A value of query or cookie: its name may come more than once, or not at all. */
export function decodeMany(parameter: Parameter, all: RawOccurrences, declared: readonly Parameter[]): unknown {
  const shape = shapeOf(parameter);
  const explode = parameter.explode ?? (parameter.style ?? "form") === "form";
  const isDeep = parameter.style === "deepObject";
  if (shape === "record" && (isDeep || explode)) {
    const members = isDeep ? bracketed(parameter, all) : exploded(parameter, all, declared);
    if (members.length > 0) return decodeMembers(parameter, members);
    // What is no object: some contracts allow it in its place, and of others the schema refuses it.
    const [, text] = all.find(([name]) => name === parameter.name) ?? [];
    return text === undefined ? undefined : decodeScalar({ ...parameter, type: parameter.plain ?? "string" }, text);
  }
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
  const texts = new Map<string, string[]>();
  for (const [name, text] of members) {
    const known = texts.get(name);
    if (known) known.push(text);
    else texts.set(name, [text]);
  }
  const record: Record<string, unknown> = {};
  for (const [name, all] of texts) {
    const type = memberType(parameter, name);
    const values = all.map((text) => decodeScalar({ ...parameter, type }, text));
    const isOne = values.length === 1 && (type !== "array" || Array.isArray(values[0]));
    put(record, name, isOne ? values[0] : values);
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
  return all.filter(([name]) => !claimed.has(name) && !claimed.has(name.split("[")[0] ?? name));
}

function shapeOf(parameter: Parameter): "list" | "record" | "scalar" {
  if (parameter.type === "array") return "list";
  return parameter.type === "object" ? "record" : "scalar";
}

/** Names decoded, values raw. A name that does not decode is no declared one. */
function pairs(text: string, separator: "&" | ";"): RawOccurrences {
  const found: [string, string][] = [];
  if (text === "") return found;
  const parts = text.split(separator, MOST_PARAMETERS + 1);
  if (parts.length > MOST_PARAMETERS) throw new Problem("invalid_request", "There are too many parameters.");
  for (const part of parts) {
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
