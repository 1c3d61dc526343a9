import type { FormField, ParameterType } from "@agentwire/kit";
import { isObject, objectMember } from "../read/json.js";
import { addAll } from "../read/lists.js";
import { saysBytes } from "./bytes.js";
import { encodedField } from "./encoding.js";
import type { ModelSchema, TypeId } from "./types.js";

type SchemaObject = Record<string, unknown>;
type Lookup = (id: TypeId) => ModelSchema | undefined;

/** What text from a URL or header becomes; with the types of what is in a list or object, and of what may stand in its place. */
export interface WireType {
  readonly type: ParameterType;
  readonly items?: ParameterType;
  readonly members?: Readonly<Record<string, ParameterType>>;
  readonly plain?: ParameterType;
}

/** What text from a URL or header becomes, as far as the schema says; `string` where it allows any text. */
export function wireTypeOf(schema: ModelSchema, lookup: Lookup): WireType {
  const flat = flatten(schema, lookup);
  const type = scalarType(flat);
  if (type === "array") {
    const prefix = flat.flatMap((part) => (Array.isArray(part.prefixItems) ? part.prefixItems : []));
    const items = flat.flatMap((part) => (part.items === undefined ? [] : [part.items]));
    const types = [...prefix, ...items].map((item) => scalarType(flatten(item as ModelSchema, lookup)));
    // Of a tuple, each item may be of another type.
    return { type, items: types.every((each) => each === types[0]) ? (types[0] ?? "string") : "scalar" };
  }
  if (type === "object") {
    const members = flat.flatMap((part) => Object.entries(isObject(part.properties) ? part.properties : {}));
    const others = flat.flatMap((part) => (isObject(part.additionalProperties) ? [part.additionalProperties] : []));
    const rest = scalarType(others.flatMap((other) => flatten(other, lookup)));
    const plain = scalarType(flat.filter(isScalar));
    return {
      type,
      ...(plain === "string" ? {} : { plain }),
      ...(rest === "string" ? {} : { items: rest }),
      members: Object.fromEntries(
        members.map(([name, member]) => [name, scalarType(flatten(member as ModelSchema, lookup))]),
      ),
    };
  }
  return { type };
}

/**
 * What the fields of a form stand for and how they are written, as far as schema and `encoding` say; fields that are
 * plain text are left out. `hasStyles`: whether fields of such a form may have a style.
 */
export function formFieldsOf(
  schema: ModelSchema,
  lookup: Lookup,
  encoding: unknown,
  hasStyles: boolean,
): Record<string, FormField> {
  const members = flatten(schema, lookup).flatMap((part) =>
    Object.entries(isObject(part.properties) ? part.properties : {}),
  );
  const fields = members.flatMap(([name, member]): [string, FormField][] => {
    const field = encodedField(wireTypeOf(member as ModelSchema, lookup), objectMember(encoding, name), hasStyles);
    return field.type === "string" && Object.keys(field).length === 1 ? [] : [[name, field]];
  });
  return Object.fromEntries(fields);
}

/** Whether the values of a schema are bytes. */
export function isBytes(schema: ModelSchema, lookup: Lookup): boolean {
  return flatten(schema, lookup).some(saysBytes);
}

/** The schema and what its references and `allOf` add, each once. */
export function flatten(schema: ModelSchema, lookup: Lookup): Record<string, unknown>[] {
  const parts: Record<string, unknown>[] = [];
  const seen = new Set<unknown>();
  const pending: unknown[] = [schema];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    parts.push(next);
    if (typeof next.$ref === "string") pending.push(lookup(next.$ref));
    for (const keyword of ["allOf", "anyOf", "oneOf"]) {
      const list = next[keyword];
      if (Array.isArray(list)) addAll(pending, list);
    }
  }
  return parts;
}

function isScalar({ type }: SchemaObject): boolean {
  return type !== undefined && ![type].flat().some((each) => each === "object" || each === "array");
}

const order: readonly ParameterType[] = ["array", "object", "string", "number", "integer", "boolean"];

function scalarType(parts: readonly Record<string, unknown>[]): ParameterType {
  const named = new Set(parts.flatMap((part) => (Array.isArray(part.type) ? part.type : [part.type])));
  for (const part of parts) {
    const values = Array.isArray(part.enum) ? part.enum : Object.hasOwn(part, "const") ? [part.const] : [];
    for (const value of values) named.add(typeof value);
    // What a schema says of members means nothing where its type allows no object.
    if (isObject(part.properties) && part.type === undefined) named.add("object");
    if (part.items !== undefined && part.type === undefined) named.add("array");
  }
  const types = order.filter((type) => named.has(type));
  const [first = "string", ...others] = types;
  if (first === "array" || first === "object" || others.length === 0) return first;
  // Among texts of any kind, that of a number is one.
  if (first === "string" && parts.some(isAnyText)) return first;
  return first === "number" && others.every((type) => type === "integer") ? first : "scalar";
}

/** A schema of texts that leaves open which, or that has one which spells a number, true or false. */
function isAnyText({ type, format, const: only, enum: values }: SchemaObject): boolean {
  const texts = Array.isArray(values) ? values : only === undefined ? undefined : [only];
  if (texts === undefined) return [type].flat().includes("string") && format === undefined;
  return texts.some((value) => typeof value === "string" && /^(true|false|[-\d].*)$/.test(value));
}
