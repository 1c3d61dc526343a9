import { stringLiteral } from "../../print/escape.js";

/** Why a pattern cannot be compiled, in a sentence. */
export class PatternError extends Error {}

/** A pattern as an expression. Patterns in the wild often need the lenient reading, without `u`. @throws PatternError */
export function regExpCode(pattern: string): string {
  const flags = compiles(pattern, "u") ? '"u"' : "";
  if (flags === "") {
    try {
      new RegExp(pattern);
    } catch (error) {
      throw new PatternError(error instanceof Error ? error.message : String(error));
    }
  }
  return `/* @__PURE__ */ new RegExp(${stringLiteral(pattern)}${flags === "" ? "" : `, ${flags}`})`;
}

function compiles(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}
