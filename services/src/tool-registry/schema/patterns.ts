import {
  compilePattern,
  LOOK_PARTS,
  linearPattern,
  PATTERN_LIMIT,
  PatternError,
  parsePattern,
} from "@agentwire/kit/validation/patterns";
import type { Budget } from "./budget.js";
import { SchemaError } from "./schema-error.js";

/** A character may visit every part of a pattern; so many of these visits are one step. */
const VISITS_A_STEP = 16;

/** What ajv asks of a regular expression. */
interface Expression {
  test(text: string): boolean;
}

/**
 * Makes the patterns of a schema: they take time proportional to the text, and pay for it.
 *
 * @throws SchemaError for a pattern that is none, or that only backtracking can judge
 */
export function patternsOf(budget: Budget): (source: string) => Expression {
  return (source) => {
    const { pattern, parts } = compile(source);
    return {
      test(text) {
        budget.charge(1 + (text.length * parts) / VISITS_A_STEP);
        return pattern.test(text);
      },
      // ajv shares expressions that say the same of themselves.
      toString: () => source,
    };
  };
}

function compile(source: string): { readonly pattern: Expression; readonly parts: number } {
  const flags = flagsOf(source);
  try {
    const { steps, looks, counts } = compilePattern(parsePattern(source, flags), PATTERN_LIMIT);
    const scans = looks.length + (looks.length + counts.length > 0 ? 1 : 0);
    return { pattern: linearPattern(source, flags), parts: steps.length + scans * LOOK_PARTS };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new SchemaError(`its pattern ${JSON.stringify(source)} cannot be judged in linear time: ${error.message}`);
  }
}

/** Many patterns in the wild need the lenient reading, without `u`. */
function flagsOf(source: string): "" | "u" {
  for (const flags of ["u", ""] as const) {
    try {
      new RegExp(source, flags);
      return flags;
    } catch {
      // the next reading
    }
  }
  throw new SchemaError(`its pattern ${JSON.stringify(source)} is no regular expression`);
}
