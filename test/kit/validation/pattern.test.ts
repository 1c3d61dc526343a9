/** The linear matcher says what `RegExp` says, and takes a bounded number of steps for each character. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linearPattern } from "../../../kit/src/validation/patterns/index.js";

/** Pieces that tell readings apart: words and edges, line ends, surrogates, what annex B reads as text. */
const atoms = [
  ...["a", "b", "A", "0", "_", "-", " ", "\n", "é", "\u{1f419}", ".", "[ab]", "[^a]", "[\\w-]", "[\\]a]", "[^\\d\\s]"],
  ...["\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\n", "\\x61", "\\u0061", "\\.", "\\/", "\\t", "\\0", "[\\b]", "\\cJ"],
  ...["^", "$", "\\b", "\\B", "[^]", "[]"],
];
const unicodeAtoms = [
  ...atoms,
  "\\p{L}",
  "\\P{Lu}",
  "[\\p{Nd}a]",
  "\\u{1f419}",
  "\\ud83d\\udc19",
  "[\u{1f418}-\u{1f420}]",
];
const plainAtoms = [
  ...atoms,
  "\\a",
  "\\c1",
  "]",
  "{",
  "}",
  "\\141",
  "\\8",
  "\\p",
  "\\k",
  "[\\w-a]",
  "\\ud83d",
  "x{,2}",
  "{a",
];
const quantifiers = ["", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{1,}", "{0,2}", "{2,3}?"];

function patterns(from: readonly string[]): fc.Arbitrary<string> {
  return fc.letrec<{ pattern: string; term: string }>((tie) => ({
    pattern: fc
      .array(fc.array(tie("term"), { maxLength: 4 }), { minLength: 1, maxLength: 3 })
      .map((branches) => branches.map((terms) => terms.join("")).join("|")),
    term: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.tuple(fc.constantFrom(...from), fc.constantFrom(...quantifiers)).map((parts) => parts.join("")),
      fc
        .tuple(fc.constantFrom("(", "(?:", "(?<n>"), tie("pattern"), fc.constantFrom(...quantifiers))
        .map(([open, inner, quantifier]) => `${open}${inner})${quantifier}`),
    ),
  })).pattern;
}

const texts = fc
  .array(
    fc.constantFrom(
      "a",
      "b",
      "A",
      "0",
      "_",
      "-",
      " ",
      "\n",
      "\r",
      "\u2028",
      "é",
      "\u{1f419}",
      "\ud83d",
      "\udc19",
      "\\",
      "c",
      "x",
      "{",
      "]",
      "\0",
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

test.each([
  ["u", unicodeAtoms],
  ["", plainAtoms],
] as const)(
  "says what RegExp says, with flags %j",
  (flags, from) => {
    fc.assert(
      fc.property(patterns(from), fc.array(texts, { minLength: 1, maxLength: 6 }), (pattern, samples) => {
        const native = compiled(pattern, flags);
        fc.pre(native !== undefined && !/\{\d.*\{\d.*\{\d/.test(pattern));
        const own = linearPattern(pattern, flags);
        for (const text of samples) expect(own.test(text), JSON.stringify([pattern, text])).toBe(native?.test(text));
      }),
      { numRuns: 2000 },
    );
  },
  60_000,
);

test("looks anywhere in the text, twice the same", () => {
  const pattern = linearPattern("b+c$");
  expect([pattern.test("aabbc"), pattern.test("bcb"), pattern.test("aabbc"), pattern.test("")]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

/** Each takes a backtracking matcher hours, or a time that grows with the square of the text. */
const attacks: readonly (readonly [pattern: string, unit: string, end: string])[] = [
  ["^(a+)+$", "a", "!"],
  ["^(a|a)*$", "a", "!"],
  ["^(a|aa)+$", "a", "!"],
  ["^(a|a?)+$", "a", "!"],
  ["(.*a){12}", "b", ""],
  ["(x+x+)+y", "x", ""],
  ["\\s+$", " ", "x"],
  ["^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}$", "a", "!"],
  ["^(?:\\w+\\s?)+$", "word ", "!"],
  ["(?:a?){100}(?:a){100}$", "a", "b"],
];

test.each(attacks)("%s judges 100 kB", (pattern, unit, end) => {
  expect(linearPattern(pattern, "u").test(unit.repeat(100_000 / unit.length) + end)).toBe(false);
});

describe("what it does not know is refused in words", () => {
  test.each([
    ["(?=a)b", "it looks around"],
    ["(?<!a)b", "it looks around"],
    ["(a)\\1", "it refers back to a group"],
    ["(?<n>a)\\k<n>", "it refers back to a group"],
    ["a{1001}", "it has more than 1000 parts when its repeats are written out"],
    ["(?:(?:(?:){9999}){9999}){9999}", "it has more than 1000 parts when its repeats are written out"],
    [`${"(".repeat(201)}${")".repeat(201)}`, "its groups are nested deeper than 200 levels"],
  ])("%s", (pattern, reason) => {
    expect(() => linearPattern(pattern, "u")).toThrow(reason);
  });
});

function compiled(pattern: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return undefined;
  }
}
