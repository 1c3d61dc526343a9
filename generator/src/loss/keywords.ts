import { discriminatorOf } from "../model/discriminator.js";
import { typesOf } from "../model/json-types.js";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "../model/keywords.js";
import { evaluatesAlone } from "../model/shape.js";
import type { ModelSchema, TypeId } from "../model/types.js";
import { isObject, type JsonObject } from "../read/json.js";

/**
 * How much of a schema a generated type says. `widened`: the type holds more values, and the validator enforces the
 * rest. `unsupported`: nothing enforces it.
 */
export type Status = "exact" | "widened" | "unsupported";

type Lookup = (id: TypeId) => ModelSchema | undefined;

/** What is needed to say how well a keyword fares. */
export interface Surroundings {
  readonly lookup: Lookup;
  readonly assertFormats: boolean;
  /** Formats that validators check. */
  readonly formats: ReadonlySet<string>;
}

/** Bounds and conditions on values, which TypeScript's types cannot say. */
const onlyValidated: ReadonlySet<string> = new Set([
  ...["minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["uniqueItems", "contains", "minContains", "maxContains", "minProperties", "maxProperties"],
  ...["propertyNames", "patternProperties", "dependentRequired", "dependentSchemas", "not", "if"],
]);

/** Keywords that the type says in full, and those for people or for finding schemas. */
const exact: ReadonlySet<string> = new Set([
  ...["$schema", "$id", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$defs", "$comment", "$vocabulary"],
  ...["definitions", "title", "description", "summary", "default", "deprecated", "example", "examples"],
  ...["externalDocs", "readOnly", "writeOnly", "nullable", "const", "enum", "required", "properties", "items"],
  ...["prefixItems", "additionalItems", "allOf", "anyOf", "then", "else"],
  ...["contentEncoding", "contentMediaType", "contentSchema"],
]);

/** Formats that tell people or other tools how a value is meant, and forbid none (OpenAPI Format Registry). */
const hints: ReadonlySet<string> = new Set([
  ...["int64", "float", "double", "double-int", "decimal", "decimal128", "binary", "password", "html", "commonmark"],
  ...["char", "media-range", "sf-string", "sf-token", "sf-binary", "sf-boolean", "sf-integer", "sf-decimal"],
  ...[
    "int8",
    "int16",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "date-time-local",
    "time-local",
    "http-date",
    "base64url",
  ],
]);

/** How the type and the validator carry one keyword of a schema. */
export function statusOf(
  keyword: string,
  value: unknown,
  source: JsonObject,
  model: ModelSchema | undefined,
  surroundings: Surroundings,
): Status {
  if (keyword.startsWith("x-") || exact.has(keyword)) return "exact";
  switch (keyword) {
    case "type":
      return isIntegerType(value) ? "widened" : "exact";
    case "minItems":
    case "maxItems":
      // A tuple says how many items there are, as far as they are named.
      return value === 0 || Number(value) <= namedItems(source) ? "exact" : "widened";
    case "unevaluatedItems":
      return evaluatesAlone(source) ? "exact" : "widened";
    case "unevaluatedProperties":
      return evaluatesAlone(source) && isAdditionalSaid(value, source) ? "exact" : "widened";
    case "additionalProperties":
      return isAdditionalSaid(value, source) ? "exact" : "widened";
    case "format":
      return formatStatus(value, surroundings);
    case "oneOf":
      return isExclusive(model, surroundings.lookup) ? "exact" : "widened";
    case "discriminator":
      return isTold(model, surroundings.lookup) ? "exact" : "widened";
    case "uniqueItems":
      return value === true ? "widened" : "exact";
  }
  return onlyValidated.has(keyword) ? "widened" : "unsupported";
}

function namedItems({ prefixItems, items }: JsonObject): number {
  const named = prefixItems ?? items;
  return Array.isArray(named) ? named.length : 0;
}

/** An index signature speaks of named members too: beside them it holds more than the schema. */
function isAdditionalSaid(value: unknown, { properties }: JsonObject): boolean {
  const names = isObject(properties) ? Object.keys(properties) : [];
  return names.length === 0 || !isObject(value) || Object.keys(value).length === 0;
}

function isIntegerType(value: unknown): boolean {
  return Array.isArray(value) ? value.includes("integer") && !value.includes("number") : value === "integer";
}

function formatStatus(format: unknown, { assertFormats, formats }: Surroundings): Status {
  if (!assertFormats || typeof format !== "string" || hints.has(format)) return "exact";
  return formats.has(format) ? "widened" : "unsupported";
}

function branchesOf(model: ModelSchema | undefined, keyword: "oneOf" | "anyOf"): readonly ModelSchema[] {
  const list = typeof model === "object" ? model[keyword] : undefined;
  return Array.isArray(list) ? (list as ModelSchema[]) : [];
}

/** No value can be of two variants. */
function isExclusive(model: ModelSchema | undefined, lookup: Lookup): boolean {
  const branches = branchesOf(model, "oneOf");
  if (branches.length < 2 || discriminatorOf(model ?? true, branches, lookup)) return true;
  let seen = 0;
  return branches.every((branch) => {
    const types = typesOf(branch, lookup);
    const isApart = (seen & types) === 0;
    seen |= types;
    return isApart;
  });
}

function isTold(model: ModelSchema | undefined, lookup: Lookup): boolean {
  return (["oneOf", "anyOf"] as const).some(
    (keyword) => discriminatorOf(model ?? true, branchesOf(model, keyword), lookup) !== undefined,
  );
}

/** A schema, as it stands in the source and in the model; inside another, with the way to it from there. */
export interface Part {
  readonly outer?: Part;
  readonly steps: readonly (string | number)[];
  readonly source: JsonObject;
  readonly model: ModelSchema | undefined;
}

/** Adds each schema directly inside a schema, but for those that are just true or false. */
export function addParts(outer: Part, pending: Part[]): void {
  const { source } = outer;
  const model = withoutNull(source, outer.model);
  for (const keyword in source) {
    const value = source[keyword];
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value) && (schemaListKeywords.has(keyword) || keyword === "items")) {
      const list = modelAt(model, keyword === "items" ? "prefixItems" : keyword);
      for (let index = 0; index < value.length; index++)
        addPart(outer, [keyword, index], value[index], modelAt(list, index), pending);
    } else if (schemaKeywords.has(keyword)) {
      addPart(outer, [keyword], value, modelAt(model, keyword), pending);
    } else if (schemaMapKeywords.has(keyword)) {
      const map = modelAt(model, keyword);
      for (const name in value)
        addPart(outer, [keyword, name], (value as JsonObject)[name], modelAt(map, name), pending);
    }
  }
}

function addPart(outer: Part, steps: Part["steps"], source: unknown, model: Part["model"], pending: Part[]): void {
  if (isObject(source)) pending.push({ outer, steps, source, model });
}

function modelAt(model: unknown, step: string | number): ModelSchema | undefined {
  const found = typeof model === "object" && model !== null ? (model as JsonObject)[step] : undefined;
  return typeof found === "boolean" || (typeof found === "object" && found !== null)
    ? (found as ModelSchema)
    : undefined;
}

/** OpenAPI 3.0's `nullable` may have become a choice around the schema. */
function withoutNull(source: JsonObject, model: ModelSchema | undefined): ModelSchema | undefined {
  if (source.nullable !== true || typeof model !== "object" || source.anyOf !== undefined) return model;
  return Array.isArray(model.anyOf) ? (model.anyOf[0] as ModelSchema) : model;
}
