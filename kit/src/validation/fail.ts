import { step } from "./judge.js";
import type { Violation } from "./types.js";

/**
 * Called by generated validators at a violation. True when the validator should stop, as nobody collects;
 * else the violation is noted and judging goes on.
 */
export function fail(found: Violation[] | undefined, pointer: string, keyword: string, detail?: unknown): boolean {
  if (found === undefined) return true;
  const { param, says } = Object.hasOwn(keywords, keyword) ? (keywords[keyword] as KeywordText) : unknownKeyword;
  const params = param === undefined ? {} : { [param]: detail };
  found.push({ pointer, keyword, message: says(detail), params });
  return false;
}

/** Like `fail`, for a required member that is of a wrong type or not there at all. */
export function failMember(
  found: Violation[] | undefined,
  pointer: string,
  name: string,
  member: unknown,
  type: string | readonly string[],
): boolean {
  if (found === undefined) return true;
  return member === undefined
    ? fail(found, pointer, "required", name)
    : fail(found, `${pointer}${step(name)}`, "type", type);
}

interface KeywordText {
  /** What the detail is called in `params`. */
  readonly param?: string;
  readonly says: (detail: unknown) => string;
}

const unknownKeyword: KeywordText = { says: () => "is not allowed" };

const keywords: Readonly<Record<string, KeywordText>> = {
  type: {
    param: "type",
    says: (type) => `must be ${Array.isArray(type) ? type.join(" or ") : type}`,
  },
  required: { param: "missingProperty", says: (name) => `must have the member "${name}"` },
  additionalProperties: { param: "additionalProperty", says: (name) => `must not have the member "${name}"` },
  unevaluatedProperties: { param: "unevaluatedProperty", says: (name) => `must not have the member "${name}"` },
  unevaluatedItems: { param: "limit", says: (count) => `must not have more than ${count} items` },
  items: { param: "limit", says: (count) => `must not have more than ${count} items` },
  propertyNames: { param: "propertyName", says: (name) => `must not have a member called "${name}"` },
  dependentRequired: { param: "missingProperty", says: (name) => `must also have the member "${name}"` },
  enum: { param: "allowedValues", says: () => "must be one of the values that the contract names" },
  const: { param: "allowedValue", says: () => "must be the value that the contract names" },
  minimum: { param: "limit", says: (limit) => `must be at least ${limit}` },
  maximum: { param: "limit", says: (limit) => `must be at most ${limit}` },
  exclusiveMinimum: { param: "limit", says: (limit) => `must be more than ${limit}` },
  exclusiveMaximum: { param: "limit", says: (limit) => `must be less than ${limit}` },
  multipleOf: { param: "multipleOf", says: (step) => `must be a multiple of ${step}` },
  minLength: { param: "limit", says: (limit) => `must have at least ${limit} characters` },
  maxLength: { param: "limit", says: (limit) => `must have at most ${limit} characters` },
  pattern: { param: "pattern", says: (pattern) => `must match the pattern ${pattern}` },
  format: { param: "format", says: (format) => `must have the format "${format}"` },
  minItems: { param: "limit", says: (limit) => `must have at least ${limit} items` },
  maxItems: { param: "limit", says: (limit) => `must have at most ${limit} items` },
  uniqueItems: { says: () => "must not hold equal items" },
  contains: { param: "minContains", says: (count) => `must hold at least ${count} items of the kind asked for` },
  minContains: { param: "minContains", says: (count) => `must hold at least ${count} items of the kind asked for` },
  maxContains: { param: "maxContains", says: (count) => `must hold at most ${count} items of the kind asked for` },
  minProperties: { param: "limit", says: (limit) => `must have at least ${limit} members` },
  maxProperties: { param: "limit", says: (limit) => `must have at most ${limit} members` },
  not: { says: () => "must not be of the kind that is ruled out" },
  anyOf: { says: () => "must be of one of the kinds allowed" },
  oneOf: { says: () => "must be of exactly one of the kinds allowed" },
  discriminator: { param: "tag", says: (tag) => `must name one of the kinds allowed in "${tag}"` },
};
