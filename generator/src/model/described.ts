import { isObject, listMember, member, objectMember } from "../read/json.js";
import { addAll } from "../read/lists.js";
import type { ModelSchema, TypeId } from "./types.js";

type Lookup = (id: TypeId) => ModelSchema | undefined;

/** What some schema of the same value says of a member, seen through references and `allOf`. */
export function describedMember(
  name: string,
  schemas: readonly ModelSchema[],
  lookup: Lookup,
): ModelSchema | undefined {
  const seen = new Set<unknown>();
  const pending: unknown[] = [...schemas];
  for (const next of pending) {
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    const found = member(objectMember(next, "properties"), name);
    if (found !== undefined) return found as ModelSchema;
    addAll(pending, listMember(next, "allOf") ?? []);
    if (typeof next.$ref === "string") pending.push(lookup(next.$ref));
  }
  return undefined;
}

const none: ReadonlySet<string> = new Set();
const conditions = ["then", "else", "dependentSchemas", "allOf"];

/** Members that only the branches of conditions name: `then`, `else`, `dependentSchemas`, here and in `allOf`. */
export function conditionalMembers(schema: ModelSchema): ReadonlySet<string> {
  if (!isObject(schema) || !conditions.some((keyword) => schema[keyword] !== undefined)) return none;
  const names = new Set<string>();
  for (const part of [schema, ...(listMember(schema, "allOf") ?? [])]) {
    const dependent = Object.values(objectMember(part, "dependentSchemas") ?? {});
    for (const branch of [member(part, "then"), member(part, "else"), ...dependent])
      for (const name of Object.keys(objectMember(branch, "properties") ?? {})) names.add(name);
  }
  return names;
}
