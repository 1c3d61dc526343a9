import { listOf } from "../../model/keywords.js";
import type { ModelSchema, TypeId } from "../../model/types.js";
import { stringLiteral } from "../../print/escape.js";
import { isObject } from "../../read/json.js";
import { addAll } from "../../read/lists.js";
import { indented } from "./body.js";
import type { Schema, Surroundings } from "./writer.js";

/** What the code of a collector needs of the validator it belongs to. */
export interface CollectorParts {
  readonly surroundings: Surroundings;
  holds(schema: ModelSchema, value: string, mode: string): string;
  member(value: string, name: string): string;
  pattern(pattern: string): string;
  local(wish: string): string;
}

/**
 * Lines that add to `seen` what a schema looks at in a value that satisfies it (JSON Schema 2020-12, Core §11).
 * Only subschemas that the value satisfies count.
 */
export function collectorBody(
  schema: ModelSchema,
  value: string,
  parts: CollectorParts,
  fixed: boolean,
  seen = "seen",
): string[] {
  const mode = fixed ? "false" : "tolerant";
  const inner = (part: ModelSchema) => collectorBody(part, value, parts, fixed, seen);
  const under = (condition: string, body: readonly string[]) =>
    body.length === 0 ? [] : condition === "true" ? body : [`if (${condition}) {`, ...indented(body), "}"];
  if (typeof schema === "boolean") return [];
  const code: string[] = [];
  if (typeof schema.$ref === "string")
    code.push(`${parts.surroundings.collector(schema.$ref)}(${value}, ${seen}, ${mode});`);
  if (["additionalProperties", "unevaluatedProperties"].some((keyword) => schema[keyword] !== undefined))
    addAll(code, under(`${parts.surroundings.kit("isObject")}(${value})`, [`${seen}.all = true;`]));
  if (["items", "unevaluatedItems"].some((keyword) => schema[keyword] !== undefined))
    addAll(code, under(`Array.isArray(${value})`, [`${seen}.all = true;`]));
  addAll(code, under(`${parts.surroundings.kit("isObject")}(${value})`, memberLines(schema, value, parts, seen)));
  addAll(code, under(`Array.isArray(${value})`, itemLines(schema, value, parts, seen)));
  for (const branch of listOf(schema.allOf)) addAll(code, inner(branch));
  for (const branch of [...listOf(schema.anyOf), ...listOf(schema.oneOf)]) {
    const body = inner(branch);
    if (body.length > 0) addAll(code, under(parts.holds(branch, value, mode), body));
  }
  if (schema.if !== undefined) {
    const yes = [...inner(schema.if as ModelSchema), ...inner((schema.then as ModelSchema | undefined) ?? true)];
    const no = inner((schema.else as ModelSchema | undefined) ?? true);
    if (yes.length > 0 || no.length > 0) {
      const holds = parts.holds(schema.if as ModelSchema, value, "false");
      addAll(code, [`if (${holds}) {`, ...indented(yes), "} else {", ...indented(no), "}"]);
    }
  }
  for (const [name, part] of Object.entries(isObject(schema.dependentSchemas) ? schema.dependentSchemas : {})) {
    const present = `${parts.surroundings.kit("isObject")}(${value}) && ${parts.member(value, name)} !== undefined`;
    addAll(code, under(present, inner(part as ModelSchema)));
  }
  return code;
}

function memberLines(schema: Schema, value: string, parts: CollectorParts, seen: string): string[] {
  const names = Object.keys(isObject(schema.properties) ? schema.properties : {});
  const patterns = Object.keys(isObject(schema.patternProperties) ? schema.patternProperties : {});
  const code = names.map((name) => `${seen}.add(${stringLiteral(name)});`);
  if (patterns.length > 0) {
    const name = parts.local("name");
    const matches = patterns.map((pattern) => `${parts.pattern(pattern)}.test(${name})`).join(" || ");
    code.push(`for (const ${name} in ${value}) if (${matches}) ${seen}.add(${name});`);
  }
  return code;
}

function itemLines(schema: Schema, value: string, parts: CollectorParts, seen: string): string[] {
  const code = listOf(schema.prefixItems).map((_, index) => `${seen}.add(${index});`);
  if (schema.contains !== undefined) {
    const index = parts.local("i");
    const holds = parts.holds(schema.contains as ModelSchema, `${value}[${index}]`, "false");
    code.push(`for (let ${index} = 0; ${index} < ${value}.length; ${index}++) if (${holds}) ${seen}.add(${index});`);
  }
  return code;
}

/** Names and patterns of members that a schema looks at, whatever the value. */
export interface KnownMembers {
  readonly names: readonly string[];
  readonly patterns: readonly string[];
}

/**
 * What a schema and all it applies unconditionally look at: `all` where nothing can be left over, undefined
 * where it depends on the value.
 */
export function staticNames(
  schema: Schema,
  lookup: (id: TypeId) => ModelSchema | undefined,
): KnownMembers | "all" | undefined {
  const names = new Set<string>();
  const patterns = new Set<string>();
  const visited = new Set<unknown>([schema]);
  const { unevaluatedProperties: _, ...own } = schema;
  const pending: ModelSchema[] = [own];
  let all = false;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "boolean") continue;
    for (const keyword of ["anyOf", "oneOf", "if", "dependentSchemas"])
      if (next[keyword] !== undefined) return undefined;
    if (next.additionalProperties !== undefined || next.unevaluatedProperties !== undefined) all = true;
    for (const name of Object.keys(isObject(next.properties) ? next.properties : {})) names.add(name);
    for (const name of Object.keys(isObject(next.patternProperties) ? next.patternProperties : {})) patterns.add(name);
    const target = typeof next.$ref === "string" ? lookup(next.$ref) : undefined;
    for (const part of [...listOf(next.allOf), ...(target === undefined ? [] : [target])]) {
      if (visited.has(part)) continue;
      visited.add(part);
      pending.push(part);
    }
  }
  return all ? "all" : { names: [...names], patterns: [...patterns] };
}
