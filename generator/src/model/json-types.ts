import type { ModelSchema, TypeId } from "./types.js";

/** A set of JSON types, as bits; `integer` counts as `number`. */
export type JsonTypes = number;

export const bits = { object: 1, array: 2, string: 4, number: 8, boolean: 16, null: 32 } as const;
export const allTypes: JsonTypes = 63;

export type JsonType = keyof typeof bits;
export const typeNames = Object.keys(bits) as readonly JsonType[];

type Lookup = (id: TypeId) => ModelSchema | undefined;

/** The JSON types that a schema allows, seen through references; never too few. */
export function typesOf(schema: ModelSchema | undefined, lookup: Lookup, visiting: readonly TypeId[] = []): JsonTypes {
  if (schema === undefined || schema === true) return allTypes;
  if (schema === false) return 0;
  let types = ownTypes(schema);
  const reference = schema.$ref;
  // Behind a cycle, or a chain of references longer than anyone writes, everything is allowed.
  if (types !== 0 && typeof reference === "string" && visiting.length < 64 && !visiting.includes(reference)) {
    types &= typesOf(lookup(reference), lookup, [...visiting, reference]);
  }
  if (Array.isArray(schema.allOf))
    for (const branch of schema.allOf) types &= typesOf(branch as ModelSchema, lookup, visiting);
  for (const keyword of ["anyOf", "oneOf"] as const) {
    const branches = schema[keyword];
    if (!Array.isArray(branches) || types === 0) continue;
    let some = 0;
    for (const branch of branches) {
      some |= typesOf(branch as ModelSchema, lookup, visiting);
      if ((some & types) === types) break;
    }
    types &= some;
  }
  return types;
}

/** What `type`, `const` and `enum` of this very schema allow. */
export function ownTypes(schema: Exclude<ModelSchema, boolean>): JsonTypes {
  let types: JsonTypes = allTypes;
  const { type } = schema;
  if (typeof type === "string") types = bitOf(type);
  else if (Array.isArray(type)) types = type.reduce<number>((all, one) => all | bitOf(one), 0);
  if (Object.hasOwn(schema, "const")) types &= bits[jsonType(schema.const)];
  if (Array.isArray(schema.enum)) types &= schema.enum.reduce<number>((all, one) => all | bits[jsonType(one)], 0);
  return types;
}

export function jsonType(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonType;
}

function bitOf(type: unknown): JsonTypes {
  if (type === "integer") return bits.number;
  return typeof type === "string" && Object.hasOwn(bits, type) ? bits[type as JsonType] : 0;
}
