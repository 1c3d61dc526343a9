import { isObject, listMember, objectMember } from "../read/json.js";
import { addAll } from "../read/lists.js";
import type { ModelSchema, TypeId } from "./types.js";

/** A set of JSON types, as bits; `integer` counts as `number`. */
export type JsonTypes = number;

export const bits = { object: 1, array: 2, string: 4, number: 8, boolean: 16, null: 32 } as const;
export const allTypes: JsonTypes = 63;

export type JsonType = keyof typeof bits;
export const typeNames = Object.keys(bits) as readonly JsonType[];

type Lookup = (id: TypeId) => ModelSchema | undefined;

/** What references lead to, for lookups whose answers never change. */
const known = new WeakMap<Lookup, Map<TypeId, JsonTypes>>();

/** Lets `typesOf` look at each type once for a lookup. Not for one that wants to hear of every type looked at. */
export function rememberTypes(lookup: Lookup): void {
  known.set(lookup, new Map());
}

/** The JSON types that a schema allows, seen through references; never too few. */
export function typesOf(schema: ModelSchema | undefined, lookup: Lookup): JsonTypes {
  return typesWith(schema, lookup, typesOfReference);
}

type ById = (id: TypeId, lookup: Lookup) => JsonTypes;

function typesWith(schema: ModelSchema | undefined, lookup: Lookup, typesOfId: ById): JsonTypes {
  if (schema === undefined || schema === true) return allTypes;
  if (schema === false) return 0;
  let types = ownTypes(schema);
  if (typeof schema.$ref === "string") types &= typesOfId(schema.$ref, lookup);
  if (Array.isArray(schema.allOf))
    for (const branch of schema.allOf) types &= typesWith(branch as ModelSchema, lookup, typesOfId);
  if (Array.isArray(schema.anyOf)) types &= typesOfSome(schema.anyOf, types, lookup, typesOfId);
  if (Array.isArray(schema.oneOf)) types &= typesOfSome(schema.oneOf, types, lookup, typesOfId);
  return types;
}

/** What any of several branches allows; of no interest beyond `wanted`. */
function typesOfSome(branches: readonly ModelSchema[], wanted: JsonTypes, lookup: Lookup, typesOfId: ById) {
  let some: JsonTypes = 0;
  for (const branch of branches) {
    if ((some & wanted) === wanted) break;
    some |= typesWith(branch, lookup, typesOfId);
  }
  return some;
}

/** With a stack of its own: chains of references may be longer than the call stack. */
function typesOfReference(start: TypeId, lookup: Lookup): JsonTypes {
  const memo = known.get(lookup) ?? new Map<TypeId, JsonTypes>();
  const settled = memo.get(start);
  if (settled !== undefined) return settled;
  const entered = new Set<TypeId>();
  const stack = [start];
  for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
    const missing = memo.has(id)
      ? []
      : sameValueReferences(lookup(id)).filter((to) => !memo.has(to) && !entered.has(to));
    if (missing.length > 0) {
      for (const to of missing) entered.add(to);
      addAll(stack, missing);
      continue;
    }
    stack.pop();
    if (!memo.has(id)) {
      // A type that leads back to itself, which is an error of the contract, allows everything.
      memo.set(id, allTypes);
      memo.set(
        id,
        typesWith(lookup(id), lookup, (to) => memo.get(to) ?? allTypes),
      );
    }
  }
  return memo.get(start) ?? allTypes;
}

/** What a schema refers to for judging the very same value. */
export function sameValueReferences(schema: ModelSchema | undefined): TypeId[] {
  const found: TypeId[] = [];
  const pending: unknown[] = [schema];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (!isObject(next)) continue;
    if (typeof next.$ref === "string") found.push(next.$ref);
    for (const keyword of ["allOf", "anyOf", "oneOf"])
      for (const branch of listMember(next, keyword) ?? []) pending.push(branch);
    for (const keyword of ["not", "if", "then", "else"]) pending.push(next[keyword] ?? true);
    for (const dependent of Object.values(objectMember(next, "dependentSchemas") ?? {})) pending.push(dependent);
  }
  return found;
}

/** What `type`, `const` and `enum` of this very schema allow. */
export function ownTypes(schema: Exclude<ModelSchema, boolean>): JsonTypes {
  let types: JsonTypes = allTypes;
  const { type } = schema;
  if (typeof type === "string") types = bitOf(type);
  else if (Array.isArray(type)) types = type.reduce<number>((all, one) => all | bitOf(one), 0);
  if (schema.const !== undefined) types &= bits[jsonType(schema.const)];
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
