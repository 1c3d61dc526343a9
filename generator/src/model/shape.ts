import { isObject, valueKey } from "../read/json.js";
import { any, flattenUnion, intersectionOf, isPlain, never } from "./combine.js";
import { conditionalMembers, describedMember } from "./described.js";
import { discriminatorOf } from "./discriminator.js";
import { allTypes, bits, type JsonType, type JsonTypes, jsonType, typeNames, typesOf } from "./json-types.js";
import { listOf } from "./keywords.js";
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
  readonly description?: string | undefined;
  readonly deprecated?: true | undefined;
  readonly defaultValue?: unknown;
}

type Lookup = (id: TypeId) => ModelSchema | undefined;
type SchemaObject = Exclude<ModelSchema, boolean>;
/** Schemas of the same value, and how many members and items its place is inside. */
interface Context {
  readonly schemas: readonly ModelSchema[];
  readonly depth: number;
}
type Near = Context | undefined;
const nobody: Near = { schemas: [], depth: 0 };
/** Deeper, a member that is only required is not described again: each level would repeat all those below it. */
const MOST_DESCRIBED = 3;

const primitives = {
  string: { kind: "primitive", type: "string" },
  number: { kind: "primitive", type: "number" },
  boolean: { kind: "primitive", type: "boolean" },
  null: { kind: "primitive", type: "null" },
} as const satisfies Record<string, Shape>;
const binary: Shape = { kind: "binary" };
const anyObject: Shape = { kind: "object", members: [], rest: any };
const anyArray: Shape = { kind: "array", items: any };

const scalars: JsonTypes = bits.string | bits.number | bits.boolean | bits.null;
const scalarShapes = new Map<JsonTypes, Shape>();

/** Most schemas are of one or two scalar types; their shapes are made once. */
function scalarOf(types: JsonTypes): Shape {
  let shape = scalarShapes.get(types);
  if (!shape) {
    shape = flattenUnion(typeNames.filter((type) => types & bits[type]).map((type) => shapeOfType(type, never, never)));
    scalarShapes.set(types, shape);
  }
  return shape;
}

/** The shape of a schema. References are not entered, except to see which JSON types they allow. */
export function shapeOf(schema: ModelSchema, lookup: Lookup, allowed: JsonTypes = allTypes): Shape {
  return shapeAmong(schema, lookup, allowed, nobody);
}

/**
 * The shape of a schema among others of the same value, which may describe the members that this one only requires.
 * Without `near` nobody is asked: a member that is shaped elsewhere too may lead back to itself.
 */
function shapeAmong(schema: ModelSchema, lookup: Lookup, allowed: JsonTypes, near: Near): Shape {
  if (schema === true) return any;
  if (schema === false) return never;
  if (schema["x-binary"] === true)
    return [schema.type].flat().includes("null") ? flattenUnion([binary, primitives.null]) : binary;
  const types = allowed & typesOf(schema, lookup);
  if (types === 0) return never;
  const { $ref, allOf, anyOf, oneOf } = schema;
  const isLone = $ref === undefined && allOf === undefined && anyOf === undefined && oneOf === undefined;
  const isScalar = isLone && types === (types & scalars) && schema.enum === undefined && schema.const === undefined;
  if (isScalar) return scalarOf(types);
  const context = near && { ...near, schemas: [...near.schemas, schema] };
  const own = ownShape(schema, types, lookup, context);
  if (isLone) return own;
  const parts: Shape[] = [];
  if (typeof $ref === "string" && !(own.kind === "enum" && isBare(lookup($ref)))) parts.push({ kind: "ref", to: $ref });
  for (const branch of listOf(allOf)) parts.push(shapeAmong(branch, lookup, types, context));
  parts.push(own);
  for (const branches of [anyOf, oneOf]) {
    if (Array.isArray(branches)) parts.push(unionOf(schema, branches as ModelSchema[], lookup, types, context));
  }
  return intersectionOf(parts);
}

/** Whether a schema says no more than the type of its values, which any enum of such values says too. */
function isBare(schema: ModelSchema | undefined): boolean {
  const combines = ["$ref", "allOf", "anyOf", "oneOf", "enum", "const"];
  return isObject(schema) && typeof schema.type === "string" && !speaksOf(schema, combines);
}

/** What `type`, `enum`, `const` and the members and items of this very schema say. */
function ownShape(schema: SchemaObject, types: JsonTypes, lookup: Lookup, near: Near): Shape {
  if (schema.const !== undefined) return { kind: "literal", value: schema.const };
  if (Array.isArray(schema.enum)) return enumOf(schema.enum, types);
  const object = types & bits.object && speaksOf(schema, objectKeywords) ? objectOf(schema, lookup, near) : anyObject;
  const array = types & bits.array && speaksOf(schema, arrayKeywords) ? arrayOf(schema, lookup, near) : anyArray;
  const typed = schema.type !== undefined;
  if (typed && types === bits.object) return object;
  if (typed && types === bits.array) return array;
  const says = !isPlain(object) || !isPlain(array);
  // Without `type` and without members or items this schema only adds constraints.
  if (!typed && !says) return any;
  const shapes = typeNames.filter((type) => types & bits[type]).map((type) => shapeOfType(type, object, array));
  // Other branches say the type already: only the shapes are news.
  if (!typed && (schema.$ref !== undefined || schema.allOf !== undefined) && shapes.length === 1)
    return isPlain(object) ? array : object;
  return types === allTypes && !says ? any : flattenUnion(shapes);
}

function shapeOfType(type: JsonType, object: Shape, array: Shape): Shape {
  if (type === "object") return object;
  return type === "array" ? array : primitives[type];
}

const objectKeywords = ["properties", "required", "patternProperties", "additionalProperties", "unevaluatedProperties"];
const arrayKeywords = ["items", "prefixItems", "maxItems", "unevaluatedItems"];

function speaksOf(schema: SchemaObject, keywords: readonly string[]): boolean {
  return keywords.some((keyword) => schema[keyword] !== undefined);
}

const evaluating = ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "dependentSchemas", "contains"];

/** True where no schema beside evaluates members or items: what is left unevaluated is what is additional. */
export function evaluatesAlone(schema: object): boolean {
  return !speaksOf(schema as SchemaObject, evaluating);
}

function leftOver(schema: SchemaObject, additional: string, unevaluated: string): ModelSchema | undefined {
  const keyword = schema[additional] === undefined && evaluatesAlone(schema) ? unevaluated : additional;
  return schema[keyword] as ModelSchema | undefined;
}

function enumOf(values: readonly unknown[], types: JsonTypes): Shape {
  const distinct = new Map(values.map((value) => [valueKey(value), value]));
  const possible = [...distinct.values()].filter((value) => types & bits[jsonType(value)]);
  if (possible.length === 0) return never;
  if (possible.length === 2 && possible.every((value) => typeof value === "boolean")) return primitives.boolean;
  const texts = possible.filter((value) => typeof value === "string");
  return { kind: "enum", values: possible, open: texts.length > 1 };
}

const saysNothing: SchemaObject = {};

/** The context of a member or item: nobody else is known to speak of it. */
function inside(near: Near): Near {
  return near && near.depth < MOST_DESCRIBED ? { schemas: [], depth: near.depth + 1 } : undefined;
}

function objectOf(schema: SchemaObject, lookup: Lookup, near: Near): Shape {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const deeper = inside(near);
  const inner = (part: unknown) => shapeAmong(part as ModelSchema, lookup, allTypes, deeper);
  const required = new Set<string>();
  if (Array.isArray(schema.required))
    for (const name of schema.required) if (typeof name === "string") required.add(name);
  const patterns = isObject(schema.patternProperties) ? Object.values(schema.patternProperties) : [];
  const extra = leftOver(schema, "additionalProperties", "unevaluatedProperties");
  const restOf = [
    ...patterns.map(inner),
    // What no pattern matches may be anything, unless the schema says otherwise.
    ...(extra !== undefined ? [inner(extra)] : patterns.length > 0 ? [any] : []),
  ];
  const rest = restOf.filter(({ kind }) => kind !== "never");
  const members: Member[] = [];
  for (const name in properties) {
    const schema = properties[name];
    const { description, deprecated, default: defaultValue } = isObject(schema) ? schema : saysNothing;
    members.push({
      name,
      required: required.has(name),
      shape: inner(schema),
      description: typeof description === "string" ? description : undefined,
      deprecated: deprecated === true || undefined,
      defaultValue,
    });
  }
  for (const name of required) {
    if (Object.hasOwn(properties, name)) continue;
    // A required member is described by what is additional here, or by another schema of the same value.
    const described = near && describedMember(name, near.schemas, lookup);
    const elsewhere = described === undefined ? any : shapeAmong(described, lookup, allTypes, undefined);
    members.push({ name, required: true, shape: restOf.length > 0 ? flattenUnion(rest) : elsewhere });
  }
  if (members.length === 0 && extra === undefined && patterns.length === 0) return anyObject;
  if (extra === undefined)
    for (const name of conditionalMembers(schema))
      if (!members.some((member) => member.name === name)) members.push({ name, required: false, shape: any });
  return { kind: "object", members, ...(rest.length > 0 ? { rest: flattenUnion(rest) } : undefined) };
}

function arrayOf(schema: SchemaObject, lookup: Lookup, near: Near): Shape {
  const deeper = inside(near);
  const inner = (part: ModelSchema) => shapeAmong(part, lookup, allTypes, deeper);
  const most = typeof schema.maxItems === "number" ? schema.maxItems : Number.POSITIVE_INFINITY;
  const prefix = listOf(schema.prefixItems);
  const extra = leftOver(schema, "items", "unevaluatedItems");
  const items = most <= prefix.length ? never : extra === undefined ? any : inner(extra);
  if (prefix.length === 0)
    return items.kind === "never" ? { kind: "tuple", items: [], required: 0 } : { kind: "array", items };
  const shapes = prefix.slice(0, most).map(inner);
  // An item that nothing can be ends the array before it.
  const end = shapes.findIndex(({ kind }) => kind === "never");
  const minimum = typeof schema.minItems === "number" ? schema.minItems : 0;
  const kept = end < 0 ? shapes : shapes.slice(0, end);
  const rest = end < 0 && items.kind !== "never" ? { rest: items } : {};
  return { kind: "tuple", items: kept, required: Math.min(minimum, kept.length), ...rest };
}

function unionOf(
  union: SchemaObject,
  branches: readonly ModelSchema[],
  lookup: Lookup,
  types: JsonTypes,
  near: Near,
): Shape {
  const shapes = branches.map((branch) => shapeAmong(branch, lookup, types, near));
  const discriminator = discriminatorOf(union, branches, lookup);
  if (!discriminator) return flattenUnion(shapes);
  const { name, values, declared, nullAt } = discriminator;
  const variants = shapes.map((shape, index) =>
    declared && index !== nullAt ? tagged(shape, name, values[index] ?? []) : shape,
  );
  const unrecognized: Shape = { kind: "unrecognized", discriminator: name };
  return flattenUnion(
    nullAt === undefined
      ? [...variants, unrecognized]
      : [...variants.filter((_, index) => index !== nullAt), unrecognized, primitives.null],
  );
}

/** A variant that leaves its tag open, with the texts that stand for it. */
function tagged(shape: Shape, name: string, values: readonly string[]): Shape {
  const tag: Shape = { kind: "enum", values, open: false };
  return intersectionOf([shape, { kind: "object", members: [{ name, required: true, shape: tag }] }]);
}
