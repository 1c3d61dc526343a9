import { linearPattern, type Pattern, PatternError, parsePattern } from "@agentwire/kit/validation/patterns";
import { whyNotLinear } from "./pattern-cost.js";

/** How a pattern of a contract is carried into code; refused ones say why in a sentence. */
export type PatternUse =
  /** `RegExp` judges any text in time proportional to its length. */
  | { readonly kind: "native"; readonly flags: PatternFlags }
  /** That is not certain; the kit's own matcher does. */
  | { readonly kind: "linear"; readonly flags: PatternFlags }
  | { readonly kind: "invalid"; readonly reason: string }
  | { readonly kind: "catastrophic"; readonly reason: string };

/** Patterns in the wild often need the lenient reading, without `u`. */
export type PatternFlags = "" | "u";

/** A pattern is analysed once, however often it stands in contracts; watching does not let the list grow for ever. */
const known = new Map<string, PatternUse>();
const MAX_KNOWN = 10_000;

export function usePattern(pattern: string): PatternUse {
  let use = known.get(pattern);
  if (!use) {
    use = analyse(pattern);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(pattern, use);
  }
  return use;
}

/** Judges texts as the generated code does; undefined for a pattern that is refused. */
export function patternOf(pattern: string): Pattern | undefined {
  const use = usePattern(pattern);
  if (use.kind === "native") return new RegExp(pattern, use.flags);
  return use.kind === "linear" ? linearPattern(pattern, use.flags) : undefined;
}

function analyse(pattern: string): PatternUse {
  const flags = compiles(pattern, "u") ? "u" : "";
  try {
    new RegExp(pattern, flags);
  } catch (error) {
    return { kind: "invalid", reason: messageOf(error) };
  }
  try {
    const reason = whyNotLinear(parsePattern(pattern, flags), flags);
    if (reason === undefined && runs(pattern, flags)) return { kind: "native", flags };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
  }
  try {
    linearPattern(pattern, flags);
    return { kind: "linear", flags };
  } catch (error) {
    return { kind: "catastrophic", reason: messageOf(error) };
  }
}

function compiles(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}

/** Engines compile at the first use; what is too large for them throws only then. */
function runs(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags).test("");
    return true;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
