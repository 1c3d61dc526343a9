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

type Part = Exclude<ModelSchema, boolean>;

/** A schema and all schemas inside it; references are not followed. */
export function schemasIn(schema: ModelSchema): Part[] {
  const found: Part[] = isObject(schema) ? [schema] : [];
  for (let at = 0; at < found.length; at++) {
    const next = found[at] as Part;
    for (const keyword in next) {
      const value = next[keyword];
      if (typeof value !== "object" || value === null) continue;
      if (schemaKeywords.has(keyword)) {
        if (isObject(value)) found.push(value);
      } else if (schemaMapKeywords.has(keyword) || schemaListKeywords.has(keyword)) {
        for (const key in value) {
          const part = (value as Readonly<Record<string, unknown>>)[key];
          if (isObject(part)) found.push(part);
        }
      }
    }
  }
  return found;
}
