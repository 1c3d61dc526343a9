/**
 * JSON Schema 2020-12 read word by word, slowly: for what ajv 8 judges wrongly, which is unevaluated members and items
 * beside `if`, `contains` and schemas that refer to themselves.
 */
import { isDeepStrictEqual } from "node:util";
import type { Json, RandomSchema } from "./random-schemas.js";

type Resolve = (reference: string) => RandomSchema;
/** Members and items that have been looked at, or undefined for a value that is not valid. */
type Seen = ReadonlySet<string> | undefined;
type Members = Readonly<Record<string, RandomSchema>>;

export function isValid(schema: RandomSchema, value: Json, resolve: Resolve): boolean {
  return judge(schema, value, resolve) !== undefined;
}

function judge(schema: RandomSchema, value: Json, resolve: Resolve): Seen {
  if (typeof schema === "boolean") return schema ? new Set() : undefined;
  const seen = new Set<string>();
  const take = (found: Seen) => {
    for (const name of found ?? []) seen.add(name);
    return found !== undefined;
  };
  const look = (part: unknown, at: Json = value) => judge(part as RandomSchema, at, resolve);
  const holds = (part: unknown, at: Json) => look(part, at) !== undefined;
  const list = (keyword: string) => (schema[keyword] ?? []) as RandomSchema[];
  const map = (keyword: string) => Object.entries((schema[keyword] ?? {}) as Members);
  const has = (keyword: string) => Object.hasOwn(schema, keyword);

  if (has("type") && ![schema.type].flat().some((type) => isOfType(value, String(type)))) return undefined;
  if (has("const") && !isDeepStrictEqual(value, schema.const)) return undefined;
  if (has("enum") && !list("enum").some((one) => isDeepStrictEqual(value, one))) return undefined;
  if (has("$ref") && !take(look(resolve(String(schema.$ref))))) return undefined;
  for (const part of list("allOf")) if (!take(look(part))) return undefined;
  if (has("anyOf") && list("anyOf").filter((part) => take(look(part))).length === 0) return undefined;
  if (has("oneOf") && list("oneOf").filter((part) => take(look(part))).length !== 1) return undefined;
  if (has("not") && look(schema.not)) return undefined;
  if (has("if")) {
    const branch = take(look(schema.if)) ? "then" : "else";
    if (has(branch) && !take(look(schema[branch]))) return undefined;
  }

  const within = (size: number, what: string) =>
    size >= Number(schema[`min${what}`] ?? 0) && size <= Number(schema[`max${what}`] ?? Number.POSITIVE_INFINITY);
  if (typeof value === "number") {
    if (value < Number(schema.minimum ?? value) || value >= Number(schema.exclusiveMaximum ?? Number.POSITIVE_INFINITY))
      return undefined;
    if (has("multipleOf") && value % Number(schema.multipleOf) !== 0) return undefined;
  }
  if (typeof value === "string") {
    if (!within([...value].length, "Length")) return undefined;
    if (has("pattern") && !new RegExp(String(schema.pattern), "u").test(value)) return undefined;
  }
  if (Array.isArray(value)) {
    if (!within(value.length, "Items")) return undefined;
    if (schema.uniqueItems === true && value.some((one, index) => value.slice(0, index).some(isEqualTo(one))))
      return undefined;
    const prefix = list("prefixItems");
    for (const [index, item] of value.entries()) {
      const part = index < prefix.length ? prefix[index] : schema.items;
      if (part === undefined) continue;
      if (!holds(part, item)) return undefined;
      seen.add(`${index}`);
    }
    if (has("contains")) {
      const found = value.flatMap((item, index) => (holds(schema.contains, item) ? [index] : []));
      if (found.length < Number(schema.minContains ?? 1)) return undefined;
      if (found.length > Number(schema.maxContains ?? Number.POSITIVE_INFINITY)) return undefined;
      for (const index of found) seen.add(`${index}`);
    }
    for (const [index, item] of value.entries()) {
      if (!has("unevaluatedItems") || seen.has(`${index}`)) continue;
      if (!holds(schema.unevaluatedItems, item)) return undefined;
      seen.add(`${index}`);
    }
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const members = Object.entries(value);
    const isThere = (name: string) => Object.hasOwn(value, name);
    if (!within(members.length, "Properties")) return undefined;
    if (!((schema.required ?? []) as string[]).every(isThere)) return undefined;
    for (const [name, needed] of map("dependentRequired"))
      if (isThere(name) && !(needed as unknown as string[]).every(isThere)) return undefined;
    for (const [name, part] of map("dependentSchemas")) if (isThere(name) && !take(look(part))) return undefined;
    for (const [name, member] of members) {
      if (has("propertyNames") && !holds(schema.propertyNames, name)) return undefined;
      const own = Object.entries((schema.properties ?? {}) as Members).filter(([known]) => known === name);
      const parts = [...own, ...map("patternProperties").filter(([pattern]) => new RegExp(pattern, "u").test(name))];
      const extra: unknown[] = parts.length === 0 && has("additionalProperties") ? [schema.additionalProperties] : [];
      const all = [...parts.map(([, part]) => part), ...extra];
      if (!all.every((part) => holds(part, member))) return undefined;
      if (all.length > 0) seen.add(name);
    }
    for (const [name, member] of members) {
      if (!has("unevaluatedProperties") || seen.has(name)) continue;
      if (!holds(schema.unevaluatedProperties, member)) return undefined;
      seen.add(name);
    }
  }
  return seen;
}

function isEqualTo(one: Json): (other: Json) => boolean {
  return (other) => isDeepStrictEqual(one, other);
}

function isOfType(value: Json, type: string): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  return typeof value === type && value !== null && !Array.isArray(value);
}
