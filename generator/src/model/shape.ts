import { isObject } from "../read/json.js";
import type { ModelSchema, TypeId } from "./types.js";

/**
 * The representation of a schema: what a type can say of its values. It holds every valid value; what it
 * cannot say (bounds, patterns, `not`, `if`, …) stays with the validator.
 */
export type Shape =
  | { readonly kind: "any" }
  | { readonly kind: "never" }
  | { readonly kind: "primitive"; readonly type: "string" | "number" | "boolean" | "null" }
  | { readonly kind: "literal"; readonly value: unknown }
  /** `open`: values from newer peers pass through readers. */
  | { readonly kind: "enum"; readonly values: readonly unknown[]; readonly open: boolean }
  | { readonly kind: "ref"; readonly to: TypeId }
  | { readonly kind: "object"; readonly members: readonly Member[]; readonly rest?: Shape }
  | { readonly kind: "array"; readonly items: Shape }
  | { readonly kind: "tuple"; readonly items: readonly Shape[]; readonly required: number; readonly rest?: Shape }
  | { readonly kind: "union"; readonly of: readonly Shape[] }
  | { readonly kind: "intersection"; readonly of: readonly Shape[] }
  | { readonly kind: "binary" }
  /** A union variant that the contract does not name, told by its discriminator. */
  | { readonly kind: "unrecognized"; readonly discriminator: string };

export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly shape: Shape;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly defaultValue?: unknown;
}

type JsonType = "object" | "array" | "string" | "number" | "boolean" | "null";
const allTypes: readonly JsonType[] = ["object", "array", "string", "number", "boolean", "null"];

type Lookup = (id: TypeId) => ModelSchema | undefined;

const any: Shape = { kind: "any" };
const never: Shape = { kind: "never" };

/** The shape of a schema. References are not entered, except to see which JSON types they allow. */
export function shapeOf(
  schema: ModelSchema,
  lookup: Lookup,
  allowed: ReadonlySet<JsonType> = new Set(allTypes),
): Shape {
  if (schema === true) return any;
  if (schema === false) return never;
  if (schema["x-binary"] === true || (schema.type === "string" && schema.format === "binary"))
    return { kind: "binary" };
  const types = intersect(allowed, typesOf(schema, lookup));
  if (types.size === 0) return never;
  const parts: Shape[] = [];
  if (typeof schema.$ref === "string") parts.push({ kind: "ref", to: schema.$ref });
  const own = ownShape(schema, types, lookup);
  if (own.kind !== "any") parts.push(own);
  for (const branch of listOf(schema.allOf)) parts.push(shapeOf(branch, lookup, types));
  for (const keyword of ["anyOf", "oneOf"] as const) {
    if (Array.isArray(schema[keyword])) parts.push(unionOf(listOf(schema[keyword]), lookup, types));
  }
  return intersectionOf(parts);
}

/** What `type`, `enum`, `const` and the members and items of this very schema say. */
function ownShape(schema: Exclude<ModelSchema, boolean>, types: ReadonlySet<JsonType>, lookup: Lookup): Shape {
  if (Object.hasOwn(schema, "const")) return { kind: "literal", value: schema.const };
  if (Array.isArray(schema.enum)) return enumOf(schema.enum, types);
  const shaped = new Map<JsonType, Shape>();
  if (types.has("object")) shaped.set("object", objectOf(schema, lookup));
  if (types.has("array")) shaped.set("array", arrayOf(schema, lookup));
  const typed = schema.type !== undefined;
  const says = [...shaped.values()].some((shape) => !isPlain(shape));
  // Without `type` and without members or items this schema only adds constraints.
  if (!typed && !says) return any;
  // Other branches say the type already: only the shapes are news.
  if (!typed && (schema.$ref !== undefined || schema.allOf !== undefined) && types.size === 1)
    return [...shaped.values()][0] ?? any;
  const members = allTypes
    .filter((type) => types.has(type))
    .map((type): Shape => shaped.get(type) ?? { kind: "primitive", type: type as "string" });
  return members.length === allTypes.length && !says ? any : flattenUnion(members);
}

function isPlain(shape: Shape): boolean {
  return (
    (shape.kind === "object" && shape.members.length === 0 && shape.rest?.kind === "any") ||
    (shape.kind === "array" && shape.items.kind === "any")
  );
}

function enumOf(values: readonly unknown[], types: ReadonlySet<JsonType>): Shape {
  const possible = values.filter((value) => types.has(jsonType(value)));
  if (possible.length === 0) return never;
  const texts = possible.filter((value) => typeof value === "string");
  return { kind: "enum", values: possible, open: texts.length > 1 };
}

function objectOf(schema: Exclude<ModelSchema, boolean>, lookup: Lookup): Shape {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = new Set(
    Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === "string") : [],
  );
  const patterns = isObject(schema.patternProperties) ? Object.values(schema.patternProperties) : [];
  const extra = schema.additionalProperties as ModelSchema | undefined;
  const restOf = [
    ...patterns.map((pattern) => shapeOf(pattern as ModelSchema, lookup)),
    // What no pattern matches may be anything, unless the schema says otherwise.
    ...(extra !== undefined ? [shapeOf(extra, lookup)] : patterns.length > 0 ? [any] : []),
  ];
  const rest = restOf.filter(({ kind }) => kind !== "never");
  const members = Object.entries(properties).map(([name, member]): Member => {
    const { description, deprecated } = isObject(member) ? member : {};
    const defaultValue = isObject(member) && Object.hasOwn(member, "default") ? { defaultValue: member.default } : {};
    return {
      name,
      required: required.has(name),
      shape: shapeOf(member as ModelSchema, lookup),
      ...(typeof description === "string" ? { description } : {}),
      ...(deprecated === true ? { deprecated } : {}),
      ...defaultValue,
    };
  });
  for (const name of required) {
    // A required member that nothing describes may still be described by patterns or by another branch.
    if (!Object.hasOwn(properties, name)) members.push({ name, required: true, shape: any });
  }
  const open = members.length === 0 && extra === undefined && patterns.length === 0;
  if (open) return { kind: "object", members, rest: any };
  return { kind: "object", members, ...(rest.length > 0 ? { rest: flattenUnion(rest) } : {}) };
}

function arrayOf(schema: Exclude<ModelSchema, boolean>, lookup: Lookup): Shape {
  const prefix = listOf(schema.prefixItems);
  const items = schema.items === undefined ? any : shapeOf(schema.items as ModelSchema, lookup);
  if (prefix.length === 0)
    return items.kind === "never" ? { kind: "tuple", items: [], required: 0 } : { kind: "array", items };
  const shapes = prefix.map((item) => shapeOf(item, lookup));
  // An item that nothing can be ends the array before it.
  const end = shapes.findIndex(({ kind }) => kind === "never");
  const minimum = typeof schema.minItems === "number" ? schema.minItems : 0;
  const kept = end < 0 ? shapes : shapes.slice(0, end);
  const rest = end < 0 && items.kind !== "never" ? { rest: items } : {};
  return { kind: "tuple", items: kept, required: Math.min(minimum, kept.length), ...rest };
}

function unionOf(branches: readonly ModelSchema[], lookup: Lookup, types: ReadonlySet<JsonType>): Shape {
  const shapes = branches.map((branch) => shapeOf(branch, lookup, types));
  const discriminator = discriminatorOf(branches, lookup);
  return flattenUnion(discriminator === undefined ? shapes : [...shapes, { kind: "unrecognized", discriminator }]);
}

/**
 * The member that tells the variants of a union apart: required in each, with one text of its own in each.
 * Undefined when there is none.
 */
export function discriminatorOf(branches: readonly ModelSchema[], lookup: Lookup): string | undefined {
  if (branches.length < 2) return undefined;
  const tags = branches.map((branch) => constantsOf(branch, lookup));
  const names = [...(tags[0]?.keys() ?? [])];
  return names.find((name) => {
    const values = tags.map((tag) => tag.get(name));
    return values.every((value) => value !== undefined) && new Set(values).size === branches.length;
  });
}

/** The text that `name` is fixed to in each variant, in the variants' order. */
export function discriminatorValues(branches: readonly ModelSchema[], name: string, lookup: Lookup): string[] {
  return branches.map((branch) => constantsOf(branch, lookup).get(name) ?? "");
}

/** Required members that are fixed to one text, seen through references and `allOf`. */
function constantsOf(schema: ModelSchema, lookup: Lookup): Map<string, string> {
  const required = new Set<unknown>();
  const constants = new Map<string, string>();
  const seen = new Set<unknown>();
  const pending: (ModelSchema | undefined)[] = [schema];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "boolean" || seen.has(next)) continue;
    seen.add(next);
    if (typeof next.$ref === "string") pending.push(lookup(next.$ref));
    pending.push(...listOf(next.allOf));
    if (Array.isArray(next.required)) for (const name of next.required) required.add(name);
    for (const [name, member] of Object.entries(isObject(next.properties) ? next.properties : {})) {
      const value = isObject(member)
        ? Array.isArray(member.enum) && member.enum.length === 1
          ? member.enum[0]
          : member.const
        : undefined;
      if (typeof value === "string") constants.set(name, value);
    }
  }
  return new Map([...constants].filter(([name]) => required.has(name)));
}

/** The JSON types that a schema allows, seen through references; never too few. */
export function typesOf(
  schema: ModelSchema | undefined,
  lookup: Lookup,
  visiting: ReadonlySet<string> = new Set(),
): ReadonlySet<JsonType> {
  if (schema === undefined || schema === true) return new Set(allTypes);
  if (schema === false) return new Set();
  let types: ReadonlySet<JsonType> = new Set(allTypes);
  if (schema.type !== undefined) {
    const named = (Array.isArray(schema.type) ? schema.type : [schema.type]).map((type) =>
      type === "integer" ? "number" : type,
    );
    types = new Set(allTypes.filter((type) => named.includes(type)));
  }
  if (Object.hasOwn(schema, "const")) types = intersect(types, new Set([jsonType(schema.const)]));
  if (Array.isArray(schema.enum)) types = intersect(types, new Set(schema.enum.map(jsonType)));
  if (typeof schema.$ref === "string" && !visiting.has(schema.$ref) && visiting.size < 64) {
    types = intersect(types, typesOf(lookup(schema.$ref), lookup, new Set([...visiting, schema.$ref])));
  }
  for (const branch of listOf(schema.allOf)) types = intersect(types, typesOf(branch, lookup, visiting));
  for (const keyword of ["anyOf", "oneOf"] as const) {
    if (!Array.isArray(schema[keyword])) continue;
    types = intersect(
      types,
      new Set(listOf(schema[keyword]).flatMap((branch) => [...typesOf(branch, lookup, visiting)])),
    );
  }
  return types;
}

function jsonType(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonType;
}

function intersect<Item>(left: ReadonlySet<Item>, right: ReadonlySet<Item>): ReadonlySet<Item> {
  return new Set([...left].filter((item) => right.has(item)));
}

function listOf(value: unknown): readonly ModelSchema[] {
  return Array.isArray(value) ? (value as ModelSchema[]) : [];
}

function flattenUnion(shapes: readonly Shape[]): Shape {
  const flat = shapes
    .flatMap((shape) => (shape.kind === "union" ? shape.of : [shape]))
    .filter(({ kind }) => kind !== "never");
  if (flat.some(({ kind }) => kind === "any")) return any;
  const distinct = [...new Map(flat.map((shape) => [JSON.stringify(shape), shape])).values()];
  return distinct.length === 0
    ? never
    : distinct.length === 1
      ? (distinct[0] as Shape)
      : { kind: "union", of: distinct };
}

function intersectionOf(shapes: readonly Shape[]): Shape {
  const flat = shapes
    .flatMap((shape) => (shape.kind === "intersection" ? shape.of : [shape]))
    .filter(({ kind }) => kind !== "any");
  if (flat.some(({ kind }) => kind === "never")) return never;
  // A plain object or type beside something more exact says nothing new.
  const exact = flat.filter((shape) => !(isPlain(shape) && flat.some((other) => other !== shape && !isPlain(other))));
  const distinct = [...new Map(exact.map((shape) => [JSON.stringify(shape), shape])).values()];
  return distinct.length === 0
    ? any
    : distinct.length === 1
      ? (distinct[0] as Shape)
      : { kind: "intersection", of: distinct };
}
