import { isObject } from "../read/json.js";
import type { ModelSchema, TypeId } from "./types.js";

type Lookup = (id: TypeId) => ModelSchema | undefined;

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

function listOf(value: unknown): readonly ModelSchema[] {
  return Array.isArray(value) ? (value as ModelSchema[]) : [];
}
