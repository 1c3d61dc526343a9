import { isObject } from "../read/json.js";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "./keywords.js";
import type { ModelSchema, TypeId } from "./types.js";

/** All types that a schema refers to, wherever in it. */
export function referencesIn(schema: ModelSchema): Set<TypeId> {
  const found = new Set<TypeId>();
  for (const part of schemasIn(schema)) if (typeof part.$ref === "string") found.add(part.$ref);
  return found;
}

/** The types of which some reference, or a chain of them, leads to one of the given types; and these. */
export function leadingTo(targets: Iterable<TypeId>, users: ReadonlyMap<TypeId, readonly TypeId[]>): Set<TypeId> {
  const found = new Set(targets);
  for (const id of found) for (const user of users.get(id) ?? []) found.add(user);
  return found;
}

/** Which types refer to a type, by the id of that. */
export function usersIn(types: Iterable<{ readonly id: TypeId; readonly schema: ModelSchema }>): Map<TypeId, TypeId[]> {
  const users = new Map<TypeId, TypeId[]>();
  for (const { id, schema } of types) for (const to of referencesIn(schema)) addUser(users, to, id);
  return users;
}

export function addUser(users: Map<TypeId, TypeId[]>, of: TypeId, user: TypeId): void {
  const list = users.get(of);
  if (list) list.push(user);
  else users.set(of, [user]);
}

/** A schema and all schemas inside it; references are not followed. */
export function schemasIn(schema: ModelSchema): Exclude<ModelSchema, boolean>[] {
  const found: Exclude<ModelSchema, boolean>[] = [];
  const pending: unknown[] = [schema];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (!isObject(next)) continue;
    found.push(next);
    for (const keyword in next) {
      const value = next[keyword];
      if (typeof value !== "object" || value === null) continue;
      if (schemaKeywords.has(keyword)) pending.push(value);
      else if (schemaListKeywords.has(keyword) && Array.isArray(value)) for (const part of value) pending.push(part);
      else if (schemaMapKeywords.has(keyword))
        for (const name in value) pending.push((value as Readonly<Record<string, unknown>>)[name]);
    }
  }
  return found;
}
