/** No pattern of a contract lets a text stop the process: native where that is certain, linear or refused elsewhere. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import ts from "typescript";
import { afterAll, describe, expect, test } from "vitest";
import { usePattern } from "../../../generator/src/model/pattern.js";
import { whyNotLinear } from "../../../generator/src/model/pattern-cost.js";
import type { Validator } from "../../../kit/src/validation/index.js";
import { parsePattern } from "../../../kit/src/validation/patterns/index.js";
import { expectSaid, type Said } from "../said.js";
import {
  cleanUp,
  contract,
  filesBelow,
  filesOf,
  importNatively,
  inProcess,
  linkPackages,
  project,
  root,
  writeFiles,
} from "../tool.js";

afterAll(cleanUp);

/** A pattern, how it is carried, and a text that a backtracking matcher would not be done with. */
const known: readonly (readonly [pattern: string, kind: string, unit?: string, end?: string])[] = [
  // Exponential.
  ["^(a+)+$", "linear", "a", "!"],
  ["^(a|a)*$", "linear", "a", "!"],
  ["^(a|aa)+$", "linear", "a", "!"],
  ["^(([a-z])+.)+[A-Z]([a-z])+$", "linear", "a", ""],
  ["^(?:.|\\s)*$", "linear", "\n", ""],
  ["^(?:(?:(?:.)*)?)+$", "linear", "a", "\n"],
  ["^(\\w+\\s?)*$", "linear", "a", "!"],
  ["^(?:\\p{L}+\\p{Ll}*)+$", "linear", "é", "!"],
  ["(a?){40}a{40}$", "linear", "a", "b"],
  // The square of the text, or a higher power.
  ["a*b", "linear", "a", ""],
  ["\\s+$", "linear", " ", "x"],
  [".+\\.json$", "linear", "a", ""],
  ["^.+/.+$", "linear", "/", "\n"],
  ["^\\d*\\d*\\d*x", "linear", "1", ""],
  ["(?:,\\s*)+;", "linear", ", ", ""],
  ["<!--[^]*-->", "linear", "<!--", ""],
  // What looks around, and long repeats.
  ["(?=(a+)+b)x", "linear", "a", "!"],
  ["(?<!-)a*b", "linear", "a", ""],
  ["(?<!a*)b", "linear", "a", "b"],
  ["(?=.*a)b", "linear", "b", ""],
  ["(?!^.*--)(?!^[0-9]+$)(?!^-)(?!.*-$)^[A-Za-z0-9-]+$", "linear", "a", "-"],
  [".{1,10000}b", "linear", "a", ""],
  ["[a-z]{1,1023}/$", "linear", "a", ""],
  // Many steps, but a bounded number of them for each character.
  ["^[a-z0-9-]{1,63}$", "native", "a", "!"],
  ["[a-z]{1,63}@", "native", "a", ""],
  ["^.{1,65535}$", "native", "a", "\n"],
  ["^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", "native", "AAAA", "!"],
  ["^([a-z]+\\.)*[a-z]+$", "native", "ab.", "!"],
  ["\\d+", "native", "a", ""],
  ["^(?=.*[A-Z])(?=.*\\d).{8,}$", "native", "a", ""],
  ["^(?!.*--)[a-z-]+(?<!-)$", "native", "ab-", "!"],
  ["^(['\"]).*\\1$", "native", "'", "!"],
  // Neither of the two.
  ["(a+)\\1", "catastrophic"],
  ["(?=(a+)\\1b)x", "catastrophic"],
  ["(?:ab?){1,10000}c", "catastrophic"],
  ["(?=a*b)".repeat(16), "catastrophic"],
  ["((a{0,100}){0,100}){0,100}", "catastrophic"],
  ["(?:(?:){1000000}){1000000}", "catastrophic"],
  [`${"(".repeat(1000)}a*b${")".repeat(1000)}`, "catastrophic"],
];

test.each(known.map(([pattern, kind]) => ({ pattern, kind })))("$pattern is $kind", ({ pattern, kind }) => {
  expect(usePattern(pattern).kind).toBe(kind);
});

/** Random repeats inside repeats. A wrong verdict would not end within the time that a test has. */
const nested = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom("a", "b", "[ab]", ".", "c", "^", "$", "\\b"),
    fc.tuple(tie("pattern"), tie("pattern")).map((parts) => parts.join("")),
    fc.tuple(tie("pattern"), tie("pattern")).map(([one, other]) => `(?:${one}|${other})`),
    fc
      .tuple(fc.constantFrom("(?:", "(?=", "(?!"), tie("pattern"), fc.constantFrom("*", "+", "?", "{1,3}", ""))
      .map(([open, inner, quantifier]) => (open === "(?:" ? `(?:${inner})${quantifier}` : `${open}${inner})`)),
  ),
})).pattern;

test("what is said to be linear is", () => {
  const units = ["a", "b", "ab", "aab", "abb"].map((unit) => unit.repeat(60_000 / unit.length));
  fc.assert(
    fc.property(nested, fc.constantFrom("", "$", "c"), (pattern, end) => {
      const use = usePattern(pattern + end);
      fc.pre(use.kind === "native");
      const expression = new RegExp(pattern + end, "u");
      for (const text of units) for (const tail of ["", "\n", "d"]) expression.test(text + tail);
    }),
    { numRuns: 400 },
  );
}, 60_000);

test("generated code judges 100 kB by each of them, whatever the text", async () => {
  const home = project({
    "openapi.json": contract(
      Object.fromEntries(
        known.flatMap(([pattern, kind], index) =>
          kind === "catastrophic"
            ? []
            : [
                [`Text${index}`, { type: "string", pattern }],
                [`Key${index}`, { type: "object", patternProperties: { [pattern]: { type: "integer" } } }],
              ],
        ),
      ),
    ),
  });
  linkPackages(home);
  const { files, problems } = await filesOf(join(home, "openapi.json"));
  expect(problems).toEqual([]);
  writeFiles(home, Object.fromEntries(files.map(({ path, text }) => [`out/${path}`, text])));
  const validators = await importNatively<Record<string, Validator>>(
    pathToFileURL(join(home, "out/validators.js")).href,
  );
  for (const [index, [pattern, kind, unit = "", end]] of known.entries()) {
    if (kind === "catastrophic") continue;
    const text = unit.repeat(100_000 / unit.length) + (end ?? "");
    const matches = validators[`isText${index}`]?.(text);
    expect(typeof matches, pattern).toBe("boolean");
    expect(validators[`isKey${index}`]?.({ [text]: "no integer" }), pattern).toBe(!matches);
  }
}, 120_000);

test("linear matchers come from the kit, and only where a pattern needs them", async () => {
  const code = async (pattern: string) => {
    const home = project({ "openapi.json": contract({ Text: { type: "string", pattern } }) });
    return (await filesOf(join(home, "openapi.json"))).files.find(({ path }) => path === "validators.js")?.text;
  };
  expect(await code("^(a+)+$")).toContain('const Text$pattern = /* @__PURE__ */ linearPattern("^(a+)+$", "u");');
  expect(await code("^[a-z]+$")).toContain('const Text$pattern = /* @__PURE__ */ new RegExp("^[a-z]+$", "u");');
  expect(await code("^[a-z]+$")).not.toContain("linearPattern");
});

test("patterns that neither can judge are refused at their place, and nothing is written", async () => {
  const home = project({
    "openapi.json": contract({
      Text: { type: "string", pattern: "(a+)\\1" },
      Keys: { type: "object", patternProperties: { "(?=(a+)+b)x\\1": { type: "integer" } } },
    }),
  });
  const { code, stdout } = await inProcess(home, "generate", { spec: "openapi.json", out: "out" });
  expect(code).toBe(1);
  expectSaid((JSON.parse(stdout) as { diagnostics: Said[] }).diagnostics, [
    { code: "pattern-catastrophic", pointer: "/components/schemas/Text/pattern", says: "it refers back to a group" },
    {
      code: "pattern-catastrophic",
      pointer: "/components/schemas/Keys/patternProperties/(?=(a+)+b)x\\1",
      says: "it refers back to a group",
    },
  ]);
  expect(filesBelow(home)).toEqual(["openapi.json"]);
});

describe("our own expressions", () => {
  /** Those that only ever meet text that is short by construction. */
  const bounded: Readonly<Record<string, string>> = { "/\\/+$/": "URLs that the application itself configures" };

  for (const folder of ["kit/src", "generator/src"]) {
    test(`of ${folder} are linear`, () => {
      const slow = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".ts"))
        .flatMap((path) =>
          expressionsOf(join(root, folder, path)).flatMap((expression) => {
            const end = expression.lastIndexOf("/");
            const [source, flags] = [expression.slice(1, end), expression.slice(end + 1)];
            const reason = whyNotLinear(parsePattern(source, flags), flags);
            return reason === undefined || expression in bounded ? [] : [`${folder}/${path}: ${expression}: ${reason}`];
          }),
        );
      expect(slow).toEqual([]);
    });
  }
});

function expressionsOf(path: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022));
  return found;
}
