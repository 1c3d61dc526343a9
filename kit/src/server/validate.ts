import type { Schema, Violation } from "../validation/index.js";
import { violationsOf } from "../validation/index.js";
import { Problem } from "./problem.js";

/** More than this many violations help nobody and make the answer as large as an attacker likes. */
const MOST_VIOLATIONS = 50;

/** What is wrong with a value; empty when nothing is. */
export async function violations(schema: Schema | undefined, value: unknown): Promise<Violation[]> {
  if (!schema) return [];
  return violationsOf(schema.validator ?? (await schema.load()), value);
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
