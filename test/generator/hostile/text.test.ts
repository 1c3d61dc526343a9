/** Text of a contract never becomes code, never leaves its place in the output, and arrives as it was. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, afterEach, expect, test } from "vitest";
import type { ServiceDescription, Validator } from "../../../kit/src/index.js";
import { syntaxProblems } from "../compile.js";
import {
  cleanUp,
  contract,
  filesBelow,
  filesOf,
  generateQuietly,
  importNatively,
  linkPackages,
  project,
  temporaryFolder,
  writeFiles,
} from "../tool.js";

const flag = "agentwireHostile";
const attack = `globalThis.${flag} = true`;

afterEach(() => {
  expect(Object.hasOwn(globalThis, flag), "code of the contract was executed").toBe(false);
});
afterAll(cleanUp);

/** Ways out of every position that text can stand in. */
const breakouts = [
  `*/ ${attack}; /*`,
  `"; ${attack}; "`,
  `'; ${attack}; '`,
  `\`; ${attack}; \``,
  `\${${attack}}`,
  `\n${attack};\n`,
  `\r${attack}\r`,
  `\u2028${attack};\u2029`,
  `//\n${attack}`,
  `\\"; ${attack}; //`,
  `\\u0022; ${attack}; //`,
  `]}); ${attack}; (({[`,
  `{{#each this}}{{lookup . "constructor"}}{{/each}}`,
  `</script><script>${attack}</script>`,
  `@import("fs") {@link ${attack}}`,
  "__proto__",
  "constructor",
  "toString",
  "\u0000\u0007\u001b[2J",
  "\u202e\u2066",
  "\ud800",
  "* /*/ /**",
  "é\u{1f419}運行",
  "",
];
const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...breakouts) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom(...breakouts), { minLength: 2, maxLength: 3 }).map((parts) => parts.join("")),
  },
);
/** What JSON on disk keeps: a lone surrogate does not survive UTF-8. */
const wellFormed = text.map((value) => Buffer.from(value).toString());
const texts = fc.uniqueArray(wellFormed, { minLength: 2, maxLength: 5 });

const hostile = fc.record({
  title: wellFormed,
  description: wellFormed,
  name: wellFormed,
  media: wellFormed,
  path: wellFormed.map((value) => value.replace(/[{}]/g, "")),
  constant: wellFormed,
  members: texts.map((names) => names.filter((name) => name !== "")),
  values: texts,
});
type Hostile = typeof hostile extends fc.Arbitrary<infer Value> ? Value : never;

/** Hostile text in every place where OpenAPI allows free text. */
function hostileContract({ title, description, name, media, path, constant, members, values }: Hostile): object {
  const member = { type: "integer", title, description, default: constant, deprecated: true };
  const choice = { $ref: "#/components/schemas/Choice" };
  return {
    openapi: "3.1.0",
    info: { title, summary: title, description, version: constant },
    "x-service": "hostile",
    "x-errors": { media: "application/json", message: "/m", codes: { not_found: { code: constant } } },
    [`x-any-${name}`]: { [name]: name },
    security: [{ [name]: [] }],
    paths: {
      [`/${path}`]: {
        post: {
          operationId: "act",
          summary: title,
          description,
          tags: [title],
          parameters: [
            { name, in: "query", description, schema: choice },
            { name: `H${name}`, in: "header", description, schema: { type: "string", default: constant } },
          ],
          requestBody: {
            description,
            content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
          },
          responses: {
            "200": { description, content: { [`text/${media}`]: { schema: { type: "string" } } } },
            default: { description: title, content: { [media]: { schema: choice } } },
          },
        },
      },
    },
    components: {
      securitySchemes: { [name]: { type: "apiKey", in: "header", name } },
      schemas: {
        Thing: {
          title,
          description,
          type: "object",
          properties: Object.fromEntries(members.map((key) => [key, member])),
          required: members,
          additionalProperties: false,
          [`x-any-${name}`]: name,
        },
        Choice: { type: "string", enum: values, description },
        Tag: { const: constant, description },
        Deep: { const: { [constant]: [constant] }, default: { [constant]: constant } },
      },
    },
  };
}

interface Index {
  readonly Choice: readonly string[];
  readonly service: ServiceDescription;
}

let runs = 0;

/** Generates into a fresh folder of `home`, all in memory but for the contract; the code is written for importing. */
async function generated(home: string, document: object) {
  const folder = join(home, String(runs++));
  writeFiles(folder, { "openapi.json": document });
  const { files, problems } = await filesOf(join(folder, "openapi.json"));
  expect(problems.filter((problem) => !problem.startsWith("not-supported"))).toEqual([]);
  writeFiles(folder, Object.fromEntries(files.map(({ path, text }) => [`out/${path}`, text])));
  const load = <Module>(path: string) => importNatively<Module>(pathToFileURL(join(folder, "out", path)).href);
  const judge = async (name: string): Promise<Validator> => {
    const validator = (await load<Record<string, Validator>>("validators.js"))[`is${name}`];
    if (!validator) throw new Error(`there is no validator of ${name}`);
    return validator;
  };
  return { files, load, judge };
}

test("text in any place leaves every file well-formed, runs nothing, and arrives as it was", async () => {
  const home = temporaryFolder();
  linkPackages(home);
  await fc.assert(
    fc.asyncProperty(hostile, async (sample) => {
      const { files, load, judge } = await generated(home, hostileContract(sample));
      for (const { path, text } of files) {
        if (!path.endsWith(".json")) expect(syntaxProblems(path, text), `${path}\n${text}`).toEqual([]);
      }

      const { Choice, service } = await load<Index>("index.js");
      expect(Choice).toEqual(sample.values);
      const choice = await judge("Choice");
      for (const value of sample.values) expect(choice(value)).toBe(true);
      expect(choice(`${sample.values.join("")}-`)).toBe(false);

      expect((await judge("Tag"))(sample.constant)).toBe(true);
      expect((await judge("Tag"))(`${sample.constant} `)).toBe(false);
      if (sample.constant !== "__proto__")
        expect((await judge("Deep"))(Object.fromEntries([[sample.constant, [sample.constant]]]))).toBe(true);

      const thing = await judge("Thing");
      const value = Object.fromEntries(sample.members.map((name) => [name, 1]));
      expect(thing(value)).toBe(true);
      for (const name of sample.members) {
        expect(thing(Object.fromEntries(Object.entries(value).map(([key]) => [key, key === name ? "1" : 1])))).toBe(
          false,
        );
        expect(thing(Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)))).toBe(false);
      }

      expect(service.title).toBe(sample.title);
      expect(service.version).toBe(sample.constant);
      // As it travels, up to a fragment.
      const [sent = ""] = sample.path.split("#");
      expect(service.operations.act?.path).toBe(`/${sent.replace(/[^!-~]+|["<>\\^`]/gu, encodeURI)}`);
      expect(service.operations.act?.parameters?.[0]?.name).toBe(sample.name);
      expect(service.errors.codes?.not_found?.code).toBe(sample.constant);
      expect(Object.getPrototypeOf(service.securitySchemes)).toBe(Object.prototype);
      expect(Object.keys(service.securitySchemes)).toEqual([sample.name]);
    }),
    { numRuns: 100 },
  );
}, 60_000);

test("a member called __proto__ inside a constant is kept", async () => {
  const home = temporaryFolder();
  linkPackages(home);
  const value = JSON.parse('{ "__proto__": 1 }');
  const { judge } = await generated(home, contract({ Deep: { const: value } }));
  expect((await judge("Deep"))(value)).toBe(true);
});

test("a required member with an empty name is missed", async () => {
  const home = temporaryFolder();
  linkPackages(home);
  const { judge } = await generated(home, contract({ Thing: { type: "object", required: [""] } }));
  expect((await judge("Thing"))({})).toBe(false);
});

test("patterns arrive as they were", async () => {
  const home = temporaryFolder();
  linkPackages(home);
  const literal = wellFormed.map((value) => value.replace(/[\n\r]/g, "").replace(/[$()*+./?[\\\]^{|}-]/g, "\\$&"));
  await fc.assert(
    fc.asyncProperty(literal, async (pattern) => {
      fc.pre(isPattern(pattern));
      const { judge } = await generated(home, contract({ Text: { type: "string", pattern: `^${pattern}$` } }));
      const validate = await judge("Text");
      const plain = pattern.replace(/\\(.)/g, "$1");
      expect(validate(plain)).toBe(true);
      expect(validate(`${plain}x`)).toBe(false);
    }),
    { numRuns: 40 },
  );
}, 60_000);

const names = fc.oneof(
  fc.constantFrom(
    "../../x",
    "..",
    "/etc/passwd",
    "C:\\x",
    "a/../../b",
    "%2e%2e/x",
    "..\\..\\x",
    "con",
    "a\u0000b",
    ".git/hooks",
  ),
  wellFormed,
  fc.constantFrom(
    "then",
    "__proto__",
    "constructor",
    "prototype",
    "Object",
    "Promise",
    "any",
    "await",
    "index",
    "models",
  ),
);

test("no schema or operation name leads out of the folder, or to a declaration that is none", async () => {
  await fc.assert(
    fc.asyncProperty(names, names, async (schema, operationId) => {
      const folder = project({
        "in/openapi.json": contract(
          Object.fromEntries([[schema, { type: "string", enum: ["a", "b"] }]]),
          { "/a": { get: { operationId, responses: { "204": { description: "" } } } } },
          { "x-service": "hostile" },
        ),
      });
      const out = join(folder, "a/b/out");
      const code = await generateQuietly({ spec: join(folder, "in/openapi.json"), out });
      const outside = filesBelow(folder).filter((path) => !path.startsWith("a/b/out/"));
      expect(outside).toEqual(["in/openapi.json"]);
      expect(existsSync(out)).toBe(code === 0);
      for (const path of (code === 0 ? filesBelow(out) : []).filter((path) => /\.(d\.ts|js)$/.test(path)))
        expect(syntaxProblems(path, readFileSync(join(out, path), "utf8")), path).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 60_000);

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(`^${pattern}$`, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
