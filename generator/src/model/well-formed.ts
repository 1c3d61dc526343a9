import { isObject } from "../read/json.js";
import { typeNames } from "./json-types.js";

type Rule = readonly [expected: string, holds: (value: unknown) => boolean];

const isText = (value: unknown): boolean => typeof value === "string";
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isType = (value: unknown): boolean => value === "integer" || typeNames.some((name) => name === value);

const text: Rule = ["a text", isText];
const flag: Rule = ["true or false", (value) => typeof value === "boolean"];
const number: Rule = ["a number", Number.isFinite];
const count: Rule = ["a whole number, 0 or more", (value) => Number.isInteger(value) && (value as number) >= 0];
/** OpenAPI 3.0 says only whether a bound is exclusive. */
const exclusive: Rule = ["a number", (value) => Number.isFinite(value) || typeof value === "boolean"];
const schemas: Rule = ["a list of schemas, at least one", (value) => Array.isArray(value) && value.length > 0];
const schemaMap: Rule = ["schemas by name", isObject];

/** What the value of a keyword must be (JSON Schema 2020-12, Validation §6, Applicator §10). */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [
    "type",
    [
      `${typeNames.map((name) => JSON.stringify(name)).join(", ")} or "integer", or a list of these`,
      (value) => (Array.isArray(value) ? value.length > 0 && value.every(isType) : isType(value)),
    ],
  ],
  ["enum", ["a list of values", Array.isArray]],
  ["required", ["a list of texts", isTexts]],
  [
    "dependentRequired",
    ["lists of texts by name", (value) => isObject(value) && Object.values(value).every((one) => isTexts(one))],
  ],
  ["properties", schemaMap],
  ["patternProperties", schemaMap],
  ["dependentSchemas", schemaMap],
  ["allOf", schemas],
  ["anyOf", schemas],
  ["oneOf", schemas],
  ["prefixItems", schemas],
  ["pattern", text],
  ["format", text],
  ["uniqueItems", flag],
  ["nullable", flag],
  ["readOnly", flag],
  ["writeOnly", flag],
  ["deprecated", flag],
  ["maximum", number],
  ["minimum", number],
  ["exclusiveMaximum", exclusive],
  ["exclusiveMinimum", exclusive],
  ["multipleOf", ["a number above 0", (value) => Number.isFinite(value) && (value as number) > 0]],
  ...["maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"].map(
    (keyword) => [keyword, count] as const,
  ),
  ["maxContains", count],
  ["minContains", count],
]);

/** What a keyword's value should have been, where it is something else; undefined where all is well. */
export function misfit(keyword: string, value: unknown): string | undefined {
  const rule = rules.get(keyword);
  return rule === undefined || rule[1](value) ? undefined : rule[0];
}

/** A value in few words, for messages. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const said = JSON.stringify(value);
  return said.length > 40 ? `a ${typeof value}` : `a ${typeof value}, ${said}`;
}
