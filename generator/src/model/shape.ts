import { isObject } from "../read/json.js";
import { discriminatorOf } from "./discriminator.js";
import { allTypes, bits, type JsonType, type JsonTypes, jsonType, typeNames, typesOf } from "./json-types.js";
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

type Lookup = (id: TypeId) => ModelSchema | undefined;
type SchemaObject = Exclude<ModelSchema, boolean>;

const any: Shape = { kind: "any" };
const never: Shape = { kind: "never" };
const primitives = {
  string: { kind: "primitive", type: "string" },
  number: { kind: "primitive", type: "number" },
  boolean: { kind: "primitive", type: "boolean" },
  null: { kind: "primitive", type: "null" },
} as const satisfies Record<string, Shape>;
const anyObject: Shape = { kind: "object", members: [], rest: any };
const anyArray: Shape = { kind: "array", items: any };

/** The shape of a schema. References are not entered, except to see which JSON types they allow. */
export function shapeOf(schema: ModelSchema, lookup: Lookup, allowed: JsonTypes = allTypes): Shape {
  if (schema === true) return any;
  if (schema === false) return never;
  if (schema["x-binary"] === true || (schema.type === "string" && schema.format === "binary"))
    return { kind: "binary" };
  const types = allowed & typesOf(schema, lookup);
  if (types === 0) return never;
  const own = ownShape(schema, types, lookup);
  const { $ref, allOf, anyOf, oneOf } = schema;
  if ($ref === undefined && allOf === undefined && anyOf === undefined && oneOf === undefined) return own;
  const parts: Shape[] = [];
  if (typeof $ref === "string") parts.push({ kind: "ref", to: $ref });
  parts.push(own);
  for (const branch of listOf(allOf)) parts.push(shapeOf(branch, lookup, types));
  for (const branches of [anyOf, oneOf]) {
    if (Array.isArray(branches)) parts.push(unionOf(schema, branches as ModelSchema[], lookup, types));
  }
  return intersectionOf(parts);
}

/** What `type`, `enum`, `const` and the members and items of this very schema say. */
function ownShape(schema: SchemaObject, types: JsonTypes, lookup: Lookup): Shape {
  if (Object.hasOwn(schema, "const")) return { kind: "literal", value: schema.const };
  if (Array.isArray(schema.enum)) return enumOf(schema.enum, types);
  const object = types & bits.object && speaksOf(schema, objectKeywords) ? objectOf(schema, lookup) : anyObject;
  const array = types & bits.array && speaksOf(schema, arrayKeywords) ? arrayOf(schema, lookup) : anyArray;
  const typed = schema.type !== undefined;
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

const objectKeywords = ["properties", "required", "patternProperties", "additionalProperties"];
const arrayKeywords = ["items", "prefixItems"];

function speaksOf(schema: SchemaObject, keywords: readonly string[]): boolean {
  return keywords.some((keyword) => schema[keyword] !== undefined);
}

function isPlain(shape: Shape): boolean {
  return (
    (shape.kind === "object" && shape.members.length === 0 && shape.rest?.kind === "any") ||
    (shape.kind === "array" && shape.items.kind === "any")
  );
}

function enumOf(values: readonly unknown[], types: JsonTypes): Shape {
  const possible = values.filter((value) => types & bits[jsonType(value)]);
  if (possible.length === 0) return never;
  const texts = possible.filter((value) => typeof value === "string");
  return { kind: "enum", values: possible, open: texts.length > 1 };
}

function objectOf(schema: SchemaObject, lookup: Lookup): Shape {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = new Set<string>();
  if (Array.isArray(schema.required))
    for (const name of schema.required) if (typeof name === "string") required.add(name);
  const patterns = isObject(schema.patternProperties) ? Object.values(schema.patternProperties) : [];
  const extra = schema.additionalProperties as ModelSchema | undefined;
  const restOf = [
    ...patterns.map((pattern) => shapeOf(pattern as ModelSchema, lookup)),
    // What no pattern matches may be anything, unless the schema says otherwise.
    ...(extra !== undefined ? [shapeOf(extra, lookup)] : patterns.length > 0 ? [any] : []),
  ];
  const rest = restOf.filter(({ kind }) => kind !== "never");
  const members = Object.entries(properties).map(([name, schema]): Member => {
    const member = isObject(schema) ? schema : {};
    return {
      name,
      required: required.has(name),
      shape: shapeOf(schema as ModelSchema, lookup),
      ...(typeof member.description === "string" ? { description: member.description } : undefined),
      ...(member.deprecated === true ? { deprecated: true } : undefined),
      ...(Object.hasOwn(member, "default") ? { defaultValue: member.default } : undefined),
    };
  });
  for (const name of required) {
    // A required member that nothing describes may still be described by patterns or by another branch.
    if (!Object.hasOwn(properties, name)) members.push({ name, required: true, shape: any });
  }
  if (members.length === 0 && extra === undefined && patterns.length === 0) return anyObject;
  return { kind: "object", members, ...(rest.length > 0 ? { rest: flattenUnion(rest) } : undefined) };
}

function arrayOf(schema: SchemaObject, lookup: Lookup): Shape {
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

function unionOf(union: SchemaObject, branches: readonly ModelSchema[], lookup: Lookup, types: JsonTypes): Shape {
  const shapes = branches.map((branch) => shapeOf(branch, lookup, types));
  const discriminator = discriminatorOf(union, branches, lookup);
  if (!discriminator) return flattenUnion(shapes);
  const { name, values, declared } = discriminator;
  const variants = declared ? shapes.map((shape, index) => tagged(shape, name, values[index] ?? [])) : shapes;
  return flattenUnion([...variants, { kind: "unrecognized", discriminator: name }]);
}

/** A variant that leaves its tag open, with the texts that stand for it. */
function tagged(shape: Shape, name: string, values: readonly string[]): Shape {
  const tag: Shape = { kind: "enum", values, open: false };
  return intersectionOf([shape, { kind: "object", members: [{ name, required: true, shape: tag }] }]);
}

function listOf(value: unknown): readonly ModelSchema[] {
  return Array.isArray(value) ? (value as ModelSchema[]) : [];
}

function flattenUnion(shapes: readonly Shape[]): Shape {
  if (shapes.length === 1) return shapes[0] ?? never;
  const flat: Shape[] = [];
  for (const shape of shapes) {
    if (shape.kind === "any") return any;
    if (shape.kind === "union") flat.push(...shape.of);
    else if (shape.kind !== "never") flat.push(shape);
  }
  const of = distinct(flat);
  return of.length > 1 ? { kind: "union", of } : (of[0] ?? never);
}

function intersectionOf(shapes: readonly Shape[]): Shape {
  const flat: Shape[] = [];
  for (const shape of shapes) {
    if (shape.kind === "never") return never;
    if (shape.kind === "intersection") flat.push(...shape.of);
    else if (shape.kind !== "any") flat.push(shape);
  }
  // A plain object or type beside something more exact says nothing new.
  const exact = flat.filter((shape) => !(isPlain(shape) && flat.some((other) => other !== shape && !isPlain(other))));
  const of = distinct(exact);
  return of.length > 1 ? { kind: "intersection", of } : (of[0] ?? any);
}

/** Each shape once, in the order of their first appearance. */
function distinct(shapes: readonly Shape[]): readonly Shape[] {
  if (shapes.length < 2) return shapes;
  const byKey = new Map<string, Shape>();
  // Printing a large shape only to find it alone is a waste.
  const lone = shapes.filter(({ kind }) => !isSimple(kind)).length === 1;
  for (const shape of shapes) {
    const key = keyOf(shape, lone);
    if (!byKey.has(key)) byKey.set(key, shape);
  }
  return [...byKey.values()];
}

function isSimple(kind: Shape["kind"]): boolean {
  return kind === "ref" || kind === "primitive" || kind === "any" || kind === "binary";
}

function keyOf(shape: Shape, lone: boolean): string {
  if (shape.kind === "ref") return `ref ${shape.to}`;
  if (shape.kind === "primitive") return shape.type;
  return isSimple(shape.kind) || lone ? shape.kind : JSON.stringify(shape);
}
