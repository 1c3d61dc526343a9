import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "../../model/keywords.js";
import { discriminatorOf, discriminatorValues } from "../../model/shape.js";
import type { ModelSchema, TypeId } from "../../model/types.js";
import { isObject, type JsonObject, member, plainObject } from "../../read/json.js";

/** Who judges: a producer's values must be exactly as written; a consumer lets newer peers say more. */
export type Mode = "strict" | "tolerant";

/** The keyword that stands for a reference to another type's validator of the same mode. */
export const typeReference = "agentwire:type";
/** The same, always to the strict validator: under `not` and `if`, tolerance would mean the opposite. */
export const strictTypeReference = "agentwire:strictType";

export interface PredicateOptions {
  readonly mode: Mode;
  readonly assertFormats: boolean;
  readonly knownFormats: ReadonlySet<string>;
  readonly lookup: (id: TypeId) => ModelSchema | undefined;
  /** Inside a keyword that is never relaxed. */
  readonly fixed?: boolean;
}

/** Keywords that say nothing about which values are valid. */
const annotations = new Set([
  "title",
  "description",
  "summary",
  "default",
  "deprecated",
  "readOnly",
  "writeOnly",
  "discriminator",
  "contentMediaType",
  "contentEncoding",
  "contentSchema",
]);

/** Keywords whose schema counts the other way round, or chooses: they are never relaxed. */
const fixedKeywords = new Set(["not", "if", "contains", "propertyNames"]);

/**
 * The schema that a validator is compiled from: annotations gone, references turned into keywords of our own.
 * Tolerant schemas are open where the strict one is closed: unknown members, enum values and variants pass.
 */
export function predicateOf(schema: ModelSchema, options: PredicateOptions): ModelSchema {
  if (typeof schema === "boolean") return schema;
  if (schema["x-binary"] === true || (schema.type === "string" && schema.format === "binary")) return true;
  const relaxed = options.mode === "tolerant" && !options.fixed;
  const keywords: [string, unknown][] = [];
  const alternatives: ModelSchema[][] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (annotations.has(keyword) || keyword.startsWith("x-")) continue;
    if (keyword === "$ref") {
      keywords.push([options.fixed ? strictTypeReference : typeReference, value]);
    } else if (keyword === "format") {
      if (options.assertFormats && !relaxed && options.knownFormats.has(String(value))) keywords.push([keyword, value]);
    } else if (relaxed && isClosing(keyword, value)) {
      // A consumer keeps what it does not know.
    } else if (relaxed && keyword === "enum" && Array.isArray(value)) {
      keywords.push(...openEnum(value, schema.type !== undefined));
    } else if (relaxed && (keyword === "oneOf" || keyword === "anyOf") && Array.isArray(value)) {
      alternatives.push(openUnion(value as ModelSchema[], options));
    } else {
      keywords.push([keyword, inner(keyword, value, options)]);
    }
  }
  if (alternatives.length === 1) keywords.push(["anyOf", alternatives[0]]);
  if (alternatives.length > 1) {
    const all = keywords.find(([keyword]) => keyword === "allOf");
    const more = alternatives.map((anyOf) => ({ anyOf }));
    if (all) all[1] = [...(all[1] as ModelSchema[]), ...more];
    else keywords.push(["allOf", more]);
  }
  return withProtoByPattern(plainObject(keywords));
}

/** ajv passes over a member called `__proto__` in `properties`; as a pattern it is one like any other. */
function withProtoByPattern(schema: JsonObject): ModelSchema {
  const { properties, patternProperties = {} } = schema;
  if (!isObject(properties) || !Object.hasOwn(properties, "__proto__")) return schema;
  const others = Object.entries(properties).filter(([name]) => name !== "__proto__");
  return {
    ...schema,
    properties: plainObject(others),
    patternProperties: { ...(patternProperties as object), "^__proto__$": member(properties, "__proto__") },
  };
}

function inner(keyword: string, value: unknown, options: PredicateOptions): unknown {
  const next = options.mode === "tolerant" && fixedKeywords.has(keyword) ? { ...options, fixed: true } : options;
  if (schemaListKeywords.has(keyword) && Array.isArray(value))
    return value.map((item) => predicateOf(item as ModelSchema, next));
  if (schemaKeywords.has(keyword)) return predicateOf(value as ModelSchema, next);
  if (schemaMapKeywords.has(keyword) && isObject(value)) {
    return plainObject(
      Object.entries(value).map(([key, item]) => [key, predicateOf(item as ModelSchema, next)] as const),
    );
  }
  return value;
}

function isClosing(keyword: string, value: unknown): boolean {
  return value === false && (keyword === "additionalProperties" || keyword === "unevaluatedProperties");
}

/** A choice of texts may grow; a single text is a tag, and other values are as written. */
function openEnum(values: readonly unknown[], typed: boolean): [string, unknown][] {
  const others = values.filter((value) => typeof value !== "string");
  if (values.length - others.length < 2) return [["enum", values]];
  if (others.length === 0) return typed ? [] : [["type", "string"]];
  return [["anyOf", [{ type: "string" }, { enum: others }]]];
}

/** Variants may grow too, where a member tells them apart. Without the closed variants, two may match: any will do. */
function openUnion(branches: readonly ModelSchema[], options: PredicateOptions): ModelSchema[] {
  const variants = branches.map((branch) => predicateOf(branch, options));
  const name = discriminatorOf(branches, options.lookup);
  if (name === undefined) return variants;
  const known = discriminatorValues(branches, name, options.lookup);
  const unknown = { type: "string", not: { enum: known } };
  return [...variants, { type: "object", required: [name], properties: plainObject([[name, unknown]]) }];
}
