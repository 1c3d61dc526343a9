import type { ModelSchema } from "./types.js";

/** Which JSON Schema keywords hold schemas. Everything else is data and is copied as it is. */
export const schemaKeywords: ReadonlySet<string> = new Set([
  "items",
  "additionalItems",
  "contains",
  "additionalProperties",
  "propertyNames",
  "unevaluatedItems",
  "unevaluatedProperties",
  "not",
  "if",
  "then",
  "else",
  "contentSchema",
]);

export const schemaListKeywords: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);

export const schemaMapKeywords: ReadonlySet<string> = new Set(["properties", "patternProperties", "dependentSchemas"]);

/** Keywords that say how schemas are found, that are for people, or that the model has for itself. */
export const dropped: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "$anchor",
  "$dynamicAnchor",
  "$defs",
  "definitions",
  "$comment",
  "$vocabulary",
  "xml",
  "externalDocs",
  "example",
  "examples",
  "x-binary",
]);

/** The schemas of a keyword that holds a list of them. */
export function listOf(value: unknown): readonly ModelSchema[] {
  return Array.isArray(value) ? (value as ModelSchema[]) : [];
}
