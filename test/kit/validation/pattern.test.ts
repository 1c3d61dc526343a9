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

const groups = ["(", "(?:", "(?<n>"];
const looks = ["(?=", "(?!", "(?<=", "(?<!"];

function patterns(from: readonly string[], opens = groups, repeats = quantifiers): fc.Arbitrary<string> {
  return fc.letrec<{ pattern: string; term: string }>((tie) => ({
    pattern: fc
      .array(fc.array(tie("term"), { maxLength: 4 }), { minLength: 1, maxLength: 3 })
      .map((branches) => branches.map((terms) => terms.join("")).join("|")),
    term: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.tuple(fc.constantFrom(...from), fc.constantFrom(...repeats)).map((parts) => parts.join("")),
      fc
        .tuple(fc.constantFrom(...opens), tie("pattern"), fc.constantFrom(...repeats))
        // With `u`, what only looks cannot be repeated.
        .map(([open, inner, quantifier]) => `${open}${inner})${looks.includes(open) ? "" : quantifier}`),
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

const words = fc.array(fc.constantFrom("a", "b", "ab", " "), { maxLength: 8 }).map((parts) => parts.join(""));

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

test.each([
  ["u", unicodeAtoms],
  ["", plainAtoms],
] as const)(
  "looks around as RegExp does, with flags %j",
  (flags, from) => {
    // Few atoms let them hold now and then.
    const opens = ["(?:", ...looks];
    const repeats = ["", "", "*", "+", "?", "*?", "??", "{0}"];
    const few = ["a", "b", "[ab]", ".", "\\b", "^", "$"];
    const inner = fc.oneof(patterns(few, opens, repeats), patterns(from, opens, repeats));
    const some = fc
      .tuple(inner, fc.constantFrom(...looks), inner, inner)
      .map(([first, open, body, last]) => `(?:${first})${open}${body})(?:${last})`);
    fc.assert(
      fc.property(some, fc.array(fc.oneof(texts, words), { minLength: 1, maxLength: 6 }), (pattern, samples) => {
        const native = compiled(pattern, flags);
        // More of them are refused for what they would cost.
        fc.pre(native !== undefined && (pattern.match(/\(\?<?[=!]/g) ?? []).length <= 12);
        const own = linearPattern(pattern, flags);
        for (const text of samples) expect(own.test(text), JSON.stringify([pattern, text])).toBe(native?.test(text));
      }),
      { numRuns: 600 },
    );
  },
  60_000,
);

test("counts long repeats as RegExp does", () => {
  const count = fc.tuple(fc.nat(210), fc.nat(60), fc.boolean(), fc.constantFrom("", "?"));
  const repeat = fc.tuple(fc.constantFrom("a", "[ab]", ".", "(b)"), count).map(([body, [min, more, open, lazy]]) => {
    return `${body}{${min},${open ? "" : min + more}}${lazy}`;
  });
  const piece = fc.oneof(repeat, fc.constantFrom("a", "b", "c", "^", "$", "(?=.*c)", "(?<!b)", "(?!a{101})"));
  const pattern = fc.array(
    fc.array(piece, { minLength: 1, maxLength: 3 }).map((all) => all.join("")),
    {
      minLength: 1,
      maxLength: 2,
    },
  );
  const run = fc
    .tuple(fc.constantFrom("a", "b", "ab", "c", ""), fc.nat(250))
    .map(([unit, times]) => unit.repeat(times));
  const text = fc.array(fc.oneof(run, fc.constantFrom("a", "b", "c")), { maxLength: 4 }).map((all) => all.join(""));
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 4 }), (branches, samples) => {
      const source = branches.join("|");
      const [native, own] = [new RegExp(source, "u"), linearPattern(source, "u")];
      for (const sample of samples)
        expect(own.test(sample), JSON.stringify([source, sample])).toBe(native.test(sample));
    }),
    { numRuns: 600 },
  );
}, 60_000);

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
  ["(?=(a+)+b)x", "a", "!"],
  ["^(?=.*\\d)(?=.*[A-Z])(?!.*--)(.+)+$", "a", ""],
  ["(?<!a*)b", "a", "b"],
  [".{1,10000}b", "a", ""],
  ["(?:(?!-)[a-z]{1,2000})+!", "a", "-"],
  [`${"(?=b{200})".repeat(14)}a{300}`, "b", "c"],
];

test.each(attacks)("%s judges 100 kB", (pattern, unit, end) => {
  expect(linearPattern(pattern, "u").test(unit.repeat(100_000 / unit.length) + end)).toBe(false);
});

describe("what it does not know is refused in words", () => {
  test.each([
    ["(a)\\1", "it refers back to a group"],
    ["(?<n>a)\\k<n>", "it refers back to a group"],
    ["(?=a)".repeat(16), "it has more than 1000 parts when its repeats are written out"],
    ["(?:ab){501}", "it has more than 1000 parts when its repeats are written out"],
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
