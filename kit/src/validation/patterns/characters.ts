import type { Assertion } from "./syntax.js";

/** Before the first and after the last character. */
export const NOTHING = -1;
export const ASCII = 128;

/** What one character may be, each a regular expression that the engine itself answers. */
export class CharacterSets {
  private readonly expressions: readonly RegExp[];
  private readonly ascii: readonly (readonly boolean[])[];

  constructor(sources: readonly string[], unicode: boolean) {
    this.expressions = sources.map((source) => new RegExp(`^(?:${source})$`, unicode ? "u" : ""));
    this.ascii = this.expressions.map((expression) =>
      Array.from({ length: ASCII }, (_, code) => expression.test(String.fromCharCode(code))),
    );
  }

  has(set: number, code: number): boolean {
    if (code < ASCII) return this.ascii[set]?.[code] === true;
    return this.expressions[set]?.test(String.fromCodePoint(code)) === true;
  }
}

/** Whether an assertion holds between two characters. */
export function holds(assertion: Assertion, before: number, after: number): boolean {
  if (assertion === "^") return before === NOTHING;
  if (assertion === "$") return after === NOTHING;
  return (isWord(before) !== isWord(after)) === (assertion === "\\b");
}

/** Of `\w`. */
export function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}
