/** Bad input to `generate`: what is said, where it points, what to do about it, and that nothing is written. */
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { codes } from "../../generator/src/diagnostics/codes.js";
import { type Bad, expectSaid, type Said } from "./said.js";
import { agentwire, cleanUp, contract, inProcess, operation, project } from "./tool.js";

afterAll(cleanUp);

function yaml(schemas: string): string {
  return `openapi: 3.1.0\ninfo: { title: Bad, version: "1" }\npaths: {}\ncomponents:\n  schemas:\n${schemas}`;
}

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
for (let level = 1; level < 9; level++) {
  const [before, now] = ["abcdefghi"[level - 1], "abcdefghi"[level]];
  bomb.push(`${now}: &${now} [${Array(9).fill(`*${before}`).join(", ")}]`);
}

/** What stops `generate`. */
const refused: readonly Bad[] = [
  {
    name: "invalid YAML, with line and column",
    files: { "openapi.yaml": "openapi: 3.1.0\ninfo:\n  title: a\n bad: [1\n" },
    wanted: [{ code: "syntax-error", at: "openapi.yaml:4:", says: "cannot be parsed" }],
  },
  {
    name: "a key twice in a YAML mapping",
    files: { "openapi.yaml": "openapi: 3.1.0\ninfo: { title: a, version: b }\npaths: {}\npaths: {}\n" },
    wanted: [{ code: "syntax-error", at: "openapi.yaml:4:", says: /duplicat/i }],
  },
  {
    name: "invalid JSON, with line and column",
    spec: "openapi.json",
    files: { "openapi.json": '{\n  "openapi": "3.1.0",\n  "info": {,}\n}\n' },
    wanted: [{ code: "syntax-error", at: "openapi.json:3:", says: "cannot be parsed" }],
  },
  {
    name: "JSON that only a YAML parser would take",
    spec: "openapi.json",
    files: { "openapi.json": '{\n  "openapi": "3.1.0",\n  "paths": {},\n}\n' },
    wanted: [{ code: "syntax-error", at: "openapi.json:4:", says: "cannot be parsed" }],
  },
  {
    name: "a syntax error in a referenced file",
    files: {
      "openapi.yaml": yaml("    A: { $ref: schemas/a.json }\n"),
      "schemas/a.json": '{ "type": }',
    },
    wanted: [{ code: "syntax-error", at: "schemas/a.json:1:" }],
  },
  {
    name: "a YAML alias bomb",
    files: { "openapi.yaml": `openapi: 3.1.0\ninfo: { title: a, version: b }\npaths: {}\n${bomb.join("\n")}\n` },
    wanted: [{ code: "too-many-aliases", at: "openapi.yaml" }],
  },
  {
    name: "2,000 levels of nesting in JSON",
    spec: "openapi.json",
    files: { "openapi.json": `{"openapi":"3.1.0","x":${deep(2000)}}` },
    wanted: [{ code: "document-too-deep", at: "openapi.json" }],
  },
  {
    name: "2,000 levels of nesting in YAML",
    files: { "openapi.yaml": `openapi: 3.1.0\nx: ${"[".repeat(2000)}${"]".repeat(2000)}\n` },
    wanted: [{ code: "document-too-deep", at: "openapi.yaml" }],
  },
  {
    name: "a document above --max-bytes",
    files: { "openapi.yaml": yaml("    A: { type: string }\n") },
    options: { maxBytes: "50" },
    wanted: [{ code: "document-too-large", at: "openapi.yaml", says: "the limit is 50" }],
  },
  {
    name: "a spec that does not exist",
    spec: "missing.yaml",
    files: {},
    wanted: [{ code: "file-not-found", at: "missing.yaml", says: "does not exist" }],
  },
  {
    name: "Swagger 2.0",
    files: { "openapi.yaml": 'swagger: "2.0"\ninfo: { title: a, version: b }\npaths: {}\n' },
    wanted: [{ code: "openapi-version", at: "openapi.yaml:1:1", says: "2.0" }],
  },
  {
    name: "a version from the future",
    files: { "openapi.yaml": "openapi: 4.0.0\ninfo: { title: a, version: b }\npaths: {}\n" },
    wanted: [{ code: "openapi-version", at: "openapi.yaml:1:1", says: "4.0.0" }],
  },
  {
    name: "no OpenAPI at all",
    files: { "openapi.yaml": "name: my-package\nversion: 1.0.0\n" },
    wanted: [{ code: "no-contract", at: "openapi.yaml:1:1", says: "no `openapi` member" }],
  },
  {
    name: "an empty file",
    files: { "openapi.yaml": "" },
    wanted: [{ code: "syntax-error", at: "openapi.yaml:1:1", says: "empty" }],
  },
  {
    name: "a folder without contracts",
    spec: "contracts",
    files: { "contracts/readme.md": "Nothing here." },
    wanted: [{ code: "no-contract", at: "contracts" }],
  },
  {
    name: "$ref to a file that does not exist",
    files: { "openapi.yaml": yaml("    A: { $ref: gone.json }\n") },
    wanted: [
      { code: "ref-not-found", at: "openapi.yaml:6:16", says: "gone.json", pointer: "/components/schemas/A/$ref" },
    ],
  },
  {
    name: "$ref to a place that does not exist",
    files: { "openapi.yaml": yaml('    A: { $ref: "#/components/schemas/B" }\n') },
    wanted: [{ code: "ref-not-found", at: "openapi.yaml:6:16", says: '"#/components/schemas/B" points to nothing' }],
  },
  {
    name: "a broken $ref of a parameter, a response and a path item",
    files: {
      "openapi.yaml": contract(
        {},
        {
          "/a": {
            get: operation("a", {
              parameters: [{ $ref: "#/components/parameters/P" }],
              responses: { "200": { $ref: "#/components/responses/R" } },
            }),
          },
          "/b": { $ref: "paths/b.yaml" },
        },
      ),
    },
    wanted: [
      { code: "ref-not-found", pointer: "/paths/~1a/get/parameters/0/$ref" },
      { code: "ref-not-found", pointer: "/paths/~1a/get/responses/200/$ref" },
      { code: "ref-not-found", pointer: "/paths/~1b/$ref", says: "paths/b.yaml" },
    ],
  },
  {
    name: "$ref that is no text",
    files: { "openapi.yaml": yaml("    A: { $ref: 3 }\n") },
    wanted: [{ code: "ref-invalid", at: "openapi.yaml:6:16" }],
  },
  {
    name: "$ref with a broken percent-encoding",
    files: { "openapi.yaml": yaml("    A: { $ref: '%E0%A4%A.json' }\n") },
    wanted: [{ code: "ref-invalid", at: "openapi.yaml:6:16", says: "percent-encoded" }],
  },
  ...["https://example.com/a.json", "HTTP://127.0.0.1/a.json", "file:///etc/passwd", "//example.com/a.json"].map(
    (ref): Bad => ({
      name: `$ref to ${ref}`,
      files: { "openapi.yaml": yaml(`    A: { $ref: "${ref}" }\n`) },
      wanted: [{ code: "ref-to-network", at: "openapi.yaml:6:16", says: ref }],
    }),
  ),
  ...["../secret.json", "%2e%2e/secret.json", "..%2Fsecret.json", "/etc/passwd", "../missing.json"].map(
    (ref): Bad => ({
      name: `$ref out of the root by ${ref}`,
      spec: "api/openapi.yaml",
      files: { "api/openapi.yaml": yaml(`    A: { $ref: "${ref}" }\n`), "secret.json": { const: "hunter2" } },
      wanted: [{ code: "ref-outside-root", at: "api/openapi.yaml:6:16", says: "leads out of" }],
    }),
  ),
  {
    name: "schemas that only refer to each other",
    files: {
      "openapi.yaml": yaml(
        '    A: { $ref: "#/components/schemas/B" }\n    B: { $ref: "#/components/schemas/C" }\n    C: { $ref: "#/components/schemas/A" }\n',
      ),
    },
    wanted: [{ code: "ref-loop", at: "openapi.yaml:" }],
  },
  {
    name: "responses that only refer to each other",
    files: {
      "openapi.yaml": contract(
        {},
        { "/a": { get: operation("a", { responses: { "200": { $ref: "#/components/responses/A" } } }) } },
        {
          components: {
            responses: { A: { $ref: "#/components/responses/B" }, B: { $ref: "#/components/responses/A" } },
          },
        },
      ),
    },
    wanted: [{ code: "ref-loop", pointer: "/paths/~1a/get/responses/200" }],
  },
  {
    name: "an operationId twice",
    files: { "openapi.yaml": contract({}, { "/a": { get: operation("same"), post: operation("same") } }) },
    wanted: [{ code: "duplicate-operation-id", pointer: "/paths/~1a/post/operationId", says: '"same" stands twice' }],
  },
  {
    name: "path parameters that the path does not have, and the other way round",
    files: {
      "openapi.yaml": contract(
        {},
        {
          "/a/{id}/{name}": {
            get: operation("a", {
              parameters: [
                { name: "id", in: "path", required: true, schema: {} },
                { name: "nmae", in: "path", required: true, schema: {} },
              ],
            }),
          },
          "/b/{x}/{x}": {
            get: operation("b", { parameters: [{ name: "x", in: "path", required: true, schema: {} }] }),
          },
        },
      ),
    },
    wanted: [
      { code: "path-parameter", pointer: "/paths/~1a~1{id}~1{name}/get", says: "{name} is not declared" },
      { code: "path-parameter", pointer: "/paths/~1a~1{id}~1{name}/get/parameters/1", says: '"nmae" does not stand' },
      { code: "path-parameter", pointer: "/paths/~1b~1{x}~1{x}/get", says: "{x} stands twice" },
    ],
  },
  {
    name: "two schemas that differ by case",
    files: { "openapi.yaml": contract({ Run: { type: "string" }, run: { type: "number" } }) },
    wanted: [{ code: "name-clash", pointer: "/components/schemas/run", says: "both be called Run" }],
  },
  {
    name: "two schemas whose names become one",
    files: { "openapi.yaml": contract({ run_state: true, "run-state": true, RUNState: true }) },
    wanted: [{ code: "name-clash" }, { code: "name-clash" }],
  },
  {
    name: "two operations whose names become one",
    files: { "openapi.yaml": contract({}, { "/a": { get: operation("get_run"), post: operation("getRun") } }) },
    wanted: [{ code: "name-clash", pointer: "/paths/~1a/post", says: "getRun" }],
  },
  {
    name: "names that no identifier can be made of",
    files: {
      "openapi.yaml": contract({ "🐙": true, "+": true }, { "/→": { get: { ...operation("a"), "x-name": "→" } } }),
    },
    wanted: [
      { code: "name-unusable", pointer: "/components/schemas/🐙" },
      { code: "name-unusable", pointer: "/components/schemas/+" },
      { code: "name-unusable", pointer: "/paths/~1→/get" },
    ],
  },
  {
    name: "an x-name that is code",
    files: { "openapi.yaml": contract({ A: { "x-name": "A; process.exit(9)//" } }) },
    wanted: [{ code: "name-unusable", pointer: "/components/schemas/A", says: "process.exit" }],
  },
  {
    name: "a schema that is no schema",
    files: { "openapi.yaml": contract({ A: { type: "object", properties: { b: "string" } }, B: null, C: [] }) },
    wanted: [
      { code: "schema-invalid", pointer: "/components/schemas/A/properties/b", says: "a string" },
      { code: "schema-invalid", pointer: "/components/schemas/B", says: "null" },
      { code: "schema-invalid", pointer: "/components/schemas/C", says: "a list" },
    ],
  },
  {
    name: "a type that does not exist",
    files: { "openapi.yaml": contract({ A: { type: "strin" } }) },
    wanted: [{ code: "schema-invalid", pointer: "/components/schemas/A/type", says: '"strin"' }],
  },
  {
    name: "keywords whose values are of the wrong kind, all at once",
    files: {
      "openapi.yaml": contract({
        A: { required: "id", minLength: -1, maximum: "9", properties: [], oneOf: [] },
        B: { enum: "red", multipleOf: 0, items: 5, uniqueItems: "yes", dependentRequired: { a: "b" } },
        C: { properties: { a: { readOnly: "yes", deprecated: 1 }, b: { type: "string", writeOnly: "true" } } },
      }),
    },
    wanted: [
      { code: "schema-invalid", pointer: "/components/schemas/A/required", says: "a list of texts" },
      { code: "schema-invalid", pointer: "/components/schemas/A/minLength", says: "a whole number" },
      { code: "schema-invalid", pointer: "/components/schemas/A/maximum", says: "a number" },
      { code: "schema-invalid", pointer: "/components/schemas/A/properties", says: "schemas by name" },
      { code: "schema-invalid", pointer: "/components/schemas/A/oneOf", says: "a list of schemas" },
      { code: "schema-invalid", pointer: "/components/schemas/B/enum", says: "a list" },
      { code: "schema-invalid", pointer: "/components/schemas/B/multipleOf", says: "above 0" },
      { code: "schema-invalid", pointer: "/components/schemas/B/items" },
      { code: "schema-invalid", pointer: "/components/schemas/B/uniqueItems", says: "true or false" },
      { code: "schema-invalid", pointer: "/components/schemas/B/dependentRequired", says: "lists of texts by name" },
      { code: "schema-invalid", pointer: "/components/schemas/C/properties/a/readOnly", says: "true or false" },
      { code: "schema-invalid", pointer: "/components/schemas/C/properties/a/deprecated", says: "true or false" },
      { code: "schema-invalid", pointer: "/components/schemas/C/properties/b/writeOnly", says: "true or false" },
    ],
  },
  {
    name: "a pattern that is no regular expression",
    files: { "openapi.yaml": contract({ A: { type: "string", pattern: "([a-z" } }) },
    wanted: [{ code: "pattern-invalid", pointer: "/components/schemas/A/pattern" }],
  },
  {
    name: "a key of patternProperties that is no regular expression",
    files: { "openapi.yaml": contract({ A: { type: "object", patternProperties: { "*": { type: "string" } } } }) },
    wanted: [{ code: "pattern-invalid", pointer: "/components/schemas/A/patternProperties/*" }],
  },
];

describe("generate refuses", () => {
  test.each(refused)("$name", async ({ files, wanted, options = {}, spec = "openapi.yaml" }) => {
    const folder = project(files);
    const { code, stdout, stderr } = await inProcess(folder, "generate", {
      spec,
      out: "out",
      names: "strict",
      ...options,
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const report = JSON.parse(stdout) as { ok: boolean; diagnostics: Said[] };
    expect(report.ok).toBe(false);
    expectSaid(report.diagnostics, wanted);
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  test("for people: the line, a caret under the column, and what to do; no stack trace", async () => {
    const folder = project({ "openapi.yaml": yaml('    Abc: { $ref: "#/components/schemas/B" }\n') });
    const { code, stdout, stderr } = await agentwire(folder, "generate", "--spec", "openapi.yaml", "--out", "out");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      [
        'error ref-not-found  $ref "#/components/schemas/B" points to nothing: openapi.yaml has no "#/components/schemas/B"',
        "  openapi.yaml:6:18",
        '  6 |     Abc: { $ref: "#/components/schemas/B" }',
        "    |                  ^",
        `  fix: ${codes["ref-not-found"].fix}`,
        "",
        "1 error",
        "",
      ].join("\n"),
    );
  });

  test("control characters of a contract do not reach the terminal", async () => {
    const folder = project({ "openapi.yaml": yaml('    A: { $ref: "\\e[2J\\u202e\\u0007" }\n') });
    const { stderr } = await agentwire(folder, "generate", "--spec", "openapi.yaml", "--out", "out");
    expect(stderr).toContain("\\u001b[2J\\u202e\\u0007");
    for (const character of ["\u0007", "\u001b", "\u202e"]) expect(stderr).not.toContain(character);
  });

  test("a symbolic link that leads out of the root", async () => {
    const folder = project({
      "api/openapi.yaml": yaml("    A: { $ref: link.json }\n    B: { $ref: folder/secret.json }\n"),
      "outside/secret.json": { const: "hunter2" },
    });
    symlinkSync(join(folder, "outside/secret.json"), join(folder, "api/link.json"));
    symlinkSync(join(folder, "outside"), join(folder, "api/folder"));
    const { stdout } = await inProcess(folder, "generate", { spec: "api/openapi.yaml", out: "out" });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Said[] };
    expect(diagnostics.map(({ code, line }) => [code, line]).sort()).toEqual([
      ["ref-outside-root", 6],
      ["ref-outside-root", 7],
    ]);
    expect(stdout).not.toContain("hunter2");
  });

  test("nothing is said about what exists outside the root", async () => {
    const said = async (ref: string) => {
      const folder = project({ "api/openapi.yaml": yaml(`    A: { $ref: "${ref}" }\n`), "there.json": "{}" });
      const { stdout } = await inProcess(folder, "generate", { spec: "api/openapi.yaml", out: "out" });
      return stdout.replaceAll(ref, "REF");
    };
    expect(await said("../there.json")).toBe(await said("../nowhere.json"));
  });

  test("--root allows what lies below it", async () => {
    const folder = project({
      "api/openapi.yaml": yaml("    A: { $ref: ../shared/a.json }\n"),
      "shared/a.json": { type: "string" },
    });
    const asked = { spec: "api/openapi.yaml", out: "out" };
    expect((await inProcess(folder, "generate", asked)).code).toBe(1);
    expect((await inProcess(folder, "generate", { ...asked, root: "." })).code).toBe(0);
  });

  test("an output folder that is a file", async () => {
    const folder = project({ "openapi.yaml": yaml("    A: { type: string }\n"), occupied: "" });
    const { code, stdout } = await inProcess(folder, "generate", { spec: "openapi.yaml", out: "occupied/out" });
    expect(code).toBe(1);
    expectSaid(JSON.parse(stdout).diagnostics, [{ code: "output-unwritable", says: "occupied/out cannot be written" }]);
  });

  test.each(["openapi.json", "openapi.yaml"])("thousands of problems of %s are told as soon as one", async (name) => {
    const count = 5000;
    const schemas = Array.from({ length: count }, (_, index) => `"S${index}": { "type": "string", "pattern": "(" }`);
    const head = '{ "openapi": "3.1.0", "info": { "title": "Bad", "version": "1" }, "paths": {},';
    const folder = project({ [name]: `${head} "components": { "schemas": {\n${schemas.join(",\n")}\n}}}` });
    const { code, stdout } = await inProcess(folder, "generate", { spec: name, out: "out" });
    expect(code).toBe(1);
    const said = (JSON.parse(stdout) as { diagnostics: Said[] }).diagnostics;
    expect(said.map(({ line }) => line)).toEqual(schemas.map((_, index) => index + 2));
    expect(said.at(-1)).toMatchObject({ pointer: `/components/schemas/S${count - 1}/pattern`, column: 41 });
  });

  test("all problems of a contract are reported at once", async () => {
    const folder = project({
      "openapi.yaml": contract(
        { A: { $ref: "gone.json" }, B: { $ref: "https://example.com/b" }, Run: true, run: true },
        { "/a/{id}": { get: operation("same"), post: operation("same") } },
      ),
    });
    const { stdout } = await inProcess(folder, "generate", { spec: "openapi.yaml", out: "out", names: "strict" });
    const said = (JSON.parse(stdout) as { diagnostics: Said[] }).diagnostics.map(({ code }) => code).sort();
    expect(said).toEqual([
      "duplicate-operation-id",
      "name-clash",
      "path-parameter",
      "path-parameter",
      "ref-not-found",
      "ref-to-network",
    ]);
  });
});

describe("what the generated code does not carry", () => {
  test("callbacks, links and webhooks are named, with their place", async () => {
    const ok = { description: "Done.", links: { next: { operationId: "a" } } };
    const files = {
      "openapi.yaml": contract(
        {},
        { "/a": { get: { operationId: "a", responses: { "200": ok }, callbacks: { done: { "{$url}": {} } } } } },
        { webhooks: { ping: { post: { responses: { "200": { description: "Done." } } } } } },
      ),
    };
    const { code, stdout } = await inProcess(project(files), "generate", { spec: "openapi.yaml", out: "out" });
    expect(code).toBe(0);
    expectSaid((JSON.parse(stdout) as { diagnostics: Said[] }).diagnostics, [
      { code: "not-supported", pointer: "/paths/~1a/get/callbacks/done", says: "callback done" },
      { code: "not-supported", pointer: "/paths/~1a/get/responses/200/links", says: "links" },
      { code: "not-supported", pointer: "/webhooks/ping", says: "webhook ping" },
    ]);
  });

  test("a 3.0 contract with its own spelling of null is no problem", async () => {
    const api = contract({
      A: { type: "object", description: "A.", properties: { b: { type: "string", nullable: true, description: "b" } } },
    });
    const files = { "openapi.yaml": { ...api, openapi: "3.0.3" } };
    const { code, stdout } = await inProcess(project(files), "lint", { spec: "openapi.yaml" });
    expect({ code, said: (JSON.parse(stdout) as { diagnostics: Said[] }).diagnostics }).toEqual({ code: 0, said: [] });
  });
});
