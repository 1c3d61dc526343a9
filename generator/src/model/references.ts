import { isObject } from "../read/json.js";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "./keywords.js";
import type { ModelSchema, TypeId } from "./types.js";

/** All types that a schema refers to, wherever in it. */
export function referencesIn(schema: ModelSchema): Set<TypeId> {
  const found = new Set<TypeId>();
  for (const part of schemasIn(schema)) if (typeof part.$ref === "string") found.add(part.$ref);
  return found;
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
      else if (schemaMapKeywords.has(keyword)) for (const part of Object.values(value)) pending.push(part);
    }
  }
  return found;
}
