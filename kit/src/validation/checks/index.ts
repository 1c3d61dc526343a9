/**
 * What generated validators call. They hold a copy of what they need of it, as loading a package takes longer than judging
 * a value: see the generator's `emit/validation/kit-text.ts`, which tells declarations apart by lines that are not indented.
 */
import type { Violation } from "../types.js";

/** Are two JSON values equal as JSON Schema means it: numbers by value, objects whatever their key order. */
export function equal(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => equal(item, right[index]));
  }
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(right, key) &&
      equal((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]),
  );
}

/** A JSON object: no array, no null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The own member of an object, for names that every object inherits, such as `constructor`. */
export function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** How many members an object has. */
export function memberCount(value: object): number {
  return Object.keys(value).length;
}

/** No two items are equal. Linear for texts and numbers; pairwise for the rest. */
export function hasUniqueItems(items: readonly unknown[]): boolean {
  const plain = new Set<unknown>();
  const compound: unknown[] = [];
  for (const item of items) {
    if (typeof item === "object" && item !== null) {
      if (compound.some((other) => equal(other, item))) return false;
      compound.push(item);
    } else {
      if (plain.has(item)) return false;
      plain.add(item);
    }
  }
  return true;
}

/** A multiple, as decimal numbers: 0.3 is a multiple of 0.1, though not in binary fractions. */
export function multipleOf(value: number, divisor: number): boolean {
  const quotient = value / divisor;
  if (Number.isInteger(quotient)) return true;
  if (!Number.isFinite(quotient)) return false;
  const digits = Math.max(decimals(value), decimals(divisor));
  if (digits === 0 || digits > 15) return false;
  const scale = 10 ** digits;
  return Math.round(value * scale) % Math.round(divisor * scale) === 0;
}

function decimals(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
}

/** A member's name as a step of a JSON pointer. */
export function step(name: string): string {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The length of a text as JSON Schema counts it: in Unicode code points, not in UTF-16 units. */
export function codePointLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const high = text.charCodeAt(index);
    if (high < 0xd800 || high > 0xdbff) continue;
    const low = text.charCodeAt(index + 1);
    if (low < 0xdc00 || low > 0xdfff) continue;
    length--;
    index++;
  }
  return length;
}

/**
 * What the parts of a schema have looked at, for `unevaluatedProperties` and `unevaluatedItems`
 * (JSON Schema 2020-12, Core §11).
 */
export class Evaluated {
  /** Every member or item has been looked at. */
  all = false;
  private readonly keys = new Set<string | number>();

  add(key: string | number): void {
    this.keys.add(key);
  }

  has(key: string | number): boolean {
    return this.all || this.keys.has(key);
  }
}

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
  multipleOf: { param: "multipleOf", says: (divisor) => `must be a multiple of ${divisor}` },
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

/** Notes that a union is not satisfied, after its variant has said why; `count` is how many violations there were before. */
export function failUnion(
  found: Violation[] | undefined,
  count: number | undefined,
  pointer: string,
  keyword: string,
): void {
  if (found === undefined || found.length === count) return;
  const last = found[found.length - 1];
  if (last?.pointer !== pointer || last.keyword !== keyword) fail(found, pointer, keyword);
}
