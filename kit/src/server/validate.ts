import type { Schema, ValidateFunction, Violation } from "../validation/index.js";
import { violationsOf } from "../validation/index.js";
import { Problem } from "./problem.js";

/** More than this many violations help nobody and make the answer as large as an attacker likes. */
const MOST_VIOLATIONS = 50;

const loaded = new WeakMap<Schema, ValidateFunction>();

/** The strict validator of a schema; loaded on first use and remembered. */
export async function strictValidator(schema: Schema): Promise<ValidateFunction> {
  const known = loaded.get(schema);
  if (known) return known;
  const { validate } = await schema.strict();
  loaded.set(schema, validate);
  return validate;
}

/** What is wrong with a value; empty when nothing is. */
export async function violations(schema: Schema | undefined, value: unknown): Promise<Violation[]> {
  if (!schema) return [];
  const validate = await strictValidator(schema);
  return validate(value) ? [] : violationsOf(validate);
}

/** The problem that tells a client what is wrong, by pointer and keyword and without quoting what was sent. */
export function invalidRequest(found: readonly Violation[]): Problem {
  const errors = found
    .slice(0, MOST_VIOLATIONS)
    .map(({ pointer, keyword, message }) => ({ pointer, keyword, message }));
  const first = errors[0];
  const text = first ? `${first.pointer || "The request"} ${first.message}.` : undefined;
  return new Problem("invalid_request", text, { details: { errors } });
}
