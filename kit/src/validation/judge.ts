import { equal } from "./equal.js";

/** Small judgements that generated validators share. */

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

/** The first member that is none of the names, or undefined. */
export function otherMember(value: object, names: ReadonlySet<string>): string | undefined {
  for (const name in value) if (!names.has(name)) return name;
  return undefined;
}

/** Equal to one of the values, as JSON Schema means equal. */
export function oneOfValues(value: unknown, values: readonly unknown[]): boolean {
  return values.some((candidate) => equal(value, candidate));
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
export function multipleOf(value: number, step: number): boolean {
  const quotient = value / step;
  if (Number.isInteger(quotient)) return true;
  if (!Number.isFinite(quotient)) return false;
  const digits = Math.max(decimals(value), decimals(step));
  if (digits === 0 || digits > 15) return false;
  const scale = 10 ** digits;
  return Math.round(value * scale) % Math.round(step * scale) === 0;
}

function decimals(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
}

/** A member's name as a step of a JSON pointer. */
export function step(name: string): string {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
