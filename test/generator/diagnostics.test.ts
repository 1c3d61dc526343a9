/** Bad input: what is said, where it points, what to do about it, and that nothing is written. */
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { GenerateOptions } from "../../generator/src/commands/generate.js";
import { type Code, codes } from "../../generator/src/diagnostics/codes.js";
import { agentwire, cleanUp, contract, inProcess, operation, project } from "./tool.js";

afterAll(cleanUp);

interface Said {
  code: string;
  severity: string;
  message: string;
  fix: string;
  file?: string;
  line?: number;
  column?: number;
  pointer?: string;
}

/** What has to be said: code, `file:line:column` (as far as it matters), and a part of the message. */
interface Wanted {
  readonly code: Code;
  readonly at?: string;
  readonly pointer?: string;
  readonly says?: string | RegExp;
}

interface Bad {
  readonly name: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly wanted: readonly Wanted[];
  readonly options?: GenerateOptions;
  /** Default: `openapi.yaml`. */
  readonly spec?: string;
}

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
      "openapi.yaml": contract({ "🐙": true, 運行: true }, { "/a": { get: operation("→") } }),
    },
    wanted: [
      { code: "name-unusable", pointer: "/components/schemas/🐙" },
      { code: "name-unusable", pointer: "/components/schemas/運行" },
      { code: "name-unusable", pointer: "/paths/~1a/get" },
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
    wanted: [{ code: "schema-invalid", pointer: "/components/schemas/A" }],
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
    const { code, stdout, stderr } = await inProcess(folder, "generate", { spec, out: "out", ...options });
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

  test("all problems of a contract are reported at once", async () => {
    const folder = project({
      "openapi.yaml": contract(
        { A: { $ref: "gone.json" }, B: { $ref: "https://example.com/b" }, Run: true, run: true },
        { "/a/{id}": { get: operation("same"), post: operation("same") } },
      ),
    });
    const { stdout } = await inProcess(folder, "generate", { spec: "openapi.yaml", out: "out" });
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

const described = (schema: object) => ({ description: "A thing.", ...schema });
const page = described({
  type: "object",
  properties: { items: { type: "array", items: {} }, next: { type: "string" } },
});

/** A contract whose one operation, response and schemes carry these keys. */
function keyed(keys: {
  document?: object;
  operation?: object;
  media?: object;
  socket?: object;
  scheme?: object;
}): object {
  return {
    "openapi.yaml": contract(
      {},
      {
        "/a": {
          get: {
            operationId: "a",
            parameters: [{ name: "after", in: "query", schema: { type: "string" } }],
            responses: {
              "200": {
                description: "Ok.",
                content: {
                  "application/json": { schema: { $ref: "#/components/schemas/Page" } },
                  ...(keys.media ? { "text/event-stream": keys.media } : {}),
                },
              },
            },
            ...keys.operation,
          },
        },
        ...(keys.socket
          ? {
              "/ws": {
                get: { operationId: "ws", responses: { "101": { description: "" } }, "x-websocket": keys.socket },
              },
            }
          : {}),
      },
      {
        components: {
          schemas: { Page: page },
          ...(keys.scheme ? { securitySchemes: { Token: { type: "http", scheme: "bearer", ...keys.scheme } } } : {}),
        },
        ...keys.document,
      },
    ),
  };
}

const at = "/paths/~1a/get";
const media = `${at}/responses/200/content/text~1event-stream`;
const item = { "x-itemSchema": { type: "object", properties: { seq: { type: "integer" } } } };
const wrongKeys: readonly (readonly [string, Parameters<typeof keyed>[0], Wanted])[] = [
  ["x-service", { document: { "x-service": "Not A Name" } }, { code: "contract-key", pointer: "/x-service" }],
  [
    "x-assert-formats",
    { document: { "x-assert-formats": "yes" } },
    { code: "contract-key", pointer: "/x-assert-formats" },
  ],
  [
    "x-errors with a code that is no pointer",
    { document: { "x-errors": { code: "error.code" } } },
    { code: "contract-key", pointer: "/x-errors/code" },
  ],
  [
    "x-errors with a member of its own",
    { document: { "x-errors": { cod: "/code" } } },
    { code: "contract-key", pointer: "/x-errors", says: "cod" },
  ],
  ["x-name", { operation: { "x-name": "get run" } }, { code: "contract-key", pointer: `${at}/x-name` }],
  [
    "x-conformance",
    { operation: { "x-conformance": { level: "maybe" } } },
    { code: "contract-key", pointer: `${at}/x-conformance/level`, says: "required, optional" },
  ],
  ["x-retry", { operation: { "x-retry": true } }, { code: "contract-key", pointer: `${at}/x-retry` }],
  [
    "x-idempotency",
    { operation: { "x-idempotency": { generate: true } } },
    { code: "contract-key", pointer: `${at}/x-idempotency`, says: "key" },
  ],
  [
    "x-pagination",
    { operation: { "x-pagination": { items: "/items", next: "/next" } } },
    { code: "contract-key", pointer: `${at}/x-pagination`, says: "cursor" },
  ],
  [
    "x-builtin",
    { operation: { "x-builtin": { answers: "time", members: {} } } },
    { code: "contract-key", pointer: `${at}/x-builtin/answers` },
  ],
  ["x-itemSchema", { media: { "x-itemSchema": "Event" } }, { code: "contract-key", pointer: `${media}/x-itemSchema` }],
  [
    "x-stream",
    { media: { ...item, "x-stream": { heartbeat: -1 } } },
    { code: "contract-key", pointer: `${media}/x-stream/heartbeat` },
  ],
  [
    "x-websocket",
    { socket: { send: {} } },
    { code: "contract-key", pointer: "/paths/~1ws/get/x-websocket", says: "receive" },
  ],
  [
    "x-websocket with a close code that is none",
    { socket: { receive: {}, close: { 200: { meaning: "ok", reconnect: false } } } },
    { code: "contract-key", pointer: "/paths/~1ws/get/x-websocket/close" },
  ],
  [
    "x-query-token",
    { scheme: { "x-query-token": 3 } },
    { code: "contract-key", pointer: "/components/securitySchemes/Token/x-query-token" },
  ],
  ["x-stability", { operation: { "x-stability": "beta" } }, { code: "contract-key", pointer: `${at}/x-stability` }],
  [
    "x-errors whose pointer leads nowhere",
    {
      document: {
        "x-errors": { schema: { $ref: "#/components/schemas/Page" }, code: "/items/0/x", message: "/massage" },
      },
    },
    { code: "contract-pointer", pointer: "/x-errors/message", says: "/massage" },
  ],
  [
    "x-pagination whose pointer leads nowhere",
    { operation: { "x-pagination": { items: "/itmes", next: "/next", cursor: "after" } } },
    { code: "contract-pointer", pointer: `${at}/x-pagination/items`, says: "/itmes" },
  ],
  [
    "x-pagination whose items are no list",
    { operation: { "x-pagination": { items: "/next", next: "/next", cursor: "after" } } },
    { code: "contract-pointer", pointer: `${at}/x-pagination/items`, says: "no array" },
  ],
  [
    "x-pagination with a cursor that nobody takes",
    { operation: { "x-pagination": { items: "/items", next: "/next", cursor: "before" } } },
    { code: "contract-pointer", pointer: `${at}/x-pagination/cursor`, says: '"before"' },
  ],
  [
    "x-idempotency whose key is nowhere",
    { operation: { "x-idempotency": { key: "/body/id" } } },
    { code: "contract-pointer", pointer: `${at}/x-idempotency/key`, says: "/body/id" },
  ],
  [
    "x-builtin with a member that is nowhere",
    { operation: { "x-builtin": { answers: "health", members: { status: "/status" } } } },
    { code: "contract-pointer", pointer: `${at}/x-builtin/members/status`, says: "/status" },
  ],
  [
    "x-stream whose id is nowhere",
    { media: { ...item, "x-stream": { id: "/sequence" } } },
    { code: "contract-pointer", pointer: at, says: "/sequence" },
  ],
  [
    "x-stream whose resume header is not declared",
    { media: { ...item, "x-stream": { id: "/seq", resume: "Last-Event-ID" } } },
    { code: "contract-pointer", pointer: at, says: "Last-Event-ID" },
  ],
];

const schemaFile = (id: string, schema: object = {}) => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: `https://example.com/${id}`,
  description: "A thing.",
  ...schema,
});

/** A folder of contracts with one schema and these vectors. */
const folder = (vectors: unknown, path = "v1/a/vectors/thing.json") => ({
  "spec/v1/a/openapi.yaml": contract(),
  "spec/v1/a/schemas/thing.schema.json": schemaFile("v1/a/schemas/thing.schema.json", { type: "integer", minimum: 1 }),
  [`spec/${path}`]: vectors,
});
const good = { describe: "one", valid: true, instance: 1 };
const wrongVectors: readonly (readonly [string, unknown, Wanted])[] = [
  ["no list", { ...good }, { code: "vector-file", pointer: "", says: "not a list" }],
  ["no object", [good, 3], { code: "vector-file", pointer: "/1", says: "must be an object" }],
  ["no description", [{ valid: true, instance: 1 }], { code: "vector-file", pointer: "/0", says: "describe" }],
  ["no verdict", [{ describe: "one", instance: 1 }], { code: "vector-file", pointer: "/0", says: "valid" }],
  ["no instance", [{ describe: "one", valid: true }], { code: "vector-file", pointer: "/0", says: "instance" }],
  ["a member too many", [{ ...good, note: "" }], { code: "vector-file", pointer: "/0", says: '"note"' }],
  ["a description twice", [good, { ...good, instance: 2 }], { code: "vector-file", pointer: "/1", says: '"one"' }],
  [
    "valid, and yet a violation",
    [{ ...good, violates: { keyword: "type", at: "" } }],
    { code: "vector-file", pointer: "/0", says: "violates nothing" },
  ],
  [
    "invalid, and no violation",
    [{ describe: "zero", valid: false, instance: 0 }],
    { code: "vector-file", pointer: "/0", says: "violates" },
  ],
  ["valid, but rejected", [{ ...good, instance: 0 }], { code: "vector-rejected", pointer: "/0", says: "minimum" }],
  [
    "invalid, but accepted",
    [{ ...good, valid: false, violates: { keyword: "type", at: "" } }],
    { code: "vector-accepted", pointer: "/0", says: "is accepted" },
  ],
  [
    "invalid for another reason",
    [{ describe: "zero", valid: false, instance: 0, violates: { keyword: "type", at: "" } }],
    { code: "vector-reason", pointer: "/0", says: '"minimum" at ""' },
  ],
  ["no JSON", "[{]", { code: "syntax-error", at: "spec/v1/a/vectors/thing.json:1:" }],
];

const alsoLinted: readonly Bad[] = [
  {
    name: "a $id that does not mirror the path",
    spec: "spec",
    files: {
      "spec/v1/a/openapi.yaml": contract(),
      "spec/v1/a/schemas/thing.schema.json": schemaFile("v1/b/schemas/thing.schema.json"),
    },
    wanted: [{ code: "schema-id-mismatch", at: "spec/v1/a/schemas/thing.schema.json:3:", pointer: "/$id" }],
  },
  {
    name: "vectors of no schema",
    spec: "spec",
    files: folder([good], "v1/a/vectors/thnig.json"),
    wanted: [{ code: "vector-orphan", at: "spec/v1/a/vectors/thnig.json:1:1" }],
  },
  {
    name: "two templates for the same requests",
    files: {
      "openapi.yaml": contract(
        {},
        Object.fromEntries(
          ["id", "name"].map((name) => [
            `/a/{${name}}`,
            { get: operation(name, { parameters: [{ name, in: "path", required: true, schema: {} }] }) },
          ]),
        ),
      ),
    },
    wanted: [{ code: "duplicate-path", pointer: "/paths/~1a~1{name}", says: "/a/{id}" }],
  },
  {
    name: "what the specification does not know",
    files: { "openapi.yaml": contract({}, { "/a": { get: operation("a", { respones: {} }) } }) },
    wanted: [{ code: "openapi-invalid", says: "respones" }],
  },
  {
    name: "a keyword with a value it cannot have",
    files: { "openapi.yaml": contract({ A: described({ type: "string", minLength: -1 }) }) },
    wanted: [{ code: "schema-invalid", pointer: "/components/schemas/A/minLength" }],
  },
];

describe("lint reports", () => {
  const lint = async (files: object, spec: string) => {
    const { code, stdout } = await inProcess(project(files as never), "lint", { spec });
    expect(code).toBe(1);
    return (JSON.parse(stdout) as { diagnostics: Said[] }).diagnostics.filter(({ severity }) => severity === "error");
  };

  test.each(wrongKeys)("%s", async (_, keys, wanted) => {
    const said = await lint(keyed(keys), "openapi.yaml");
    expectSaid(said, [wanted], { others: true });
  });

  test.each(wrongVectors)("a vector: %s", async (_, vectors, wanted) => {
    expectSaid(await lint(folder(vectors), "spec"), [wanted]);
  });

  test.each(alsoLinted)("$name", async ({ files, spec = "openapi.yaml", wanted }) => {
    expectSaid(await lint(files, spec), wanted);
  });

  test("what has no description, as a warning", async () => {
    const files = {
      "openapi.yaml": contract(
        { A: { type: "object", properties: { b: { type: "string" } } } },
        { "/a": { get: operation("a") } },
      ),
    };
    const { code, stdout } = await inProcess(project(files), "lint", { spec: "openapi.yaml" });
    expect(code).toBe(0);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Said[] };
    expect(diagnostics.map(({ code, severity, message }) => `${severity} ${code} ${message}`)).toEqual([
      "warning missing-description operation a has neither summary nor description",
      "warning missing-description A has no description",
      "warning missing-description A.b has no description",
    ]);
  });
});

describe("what the generated code does not carry", () => {
  test("callbacks, links, webhooks and dynamic references are named, with their place", async () => {
    const ok = { description: "Done.", links: { next: { operationId: "a" } } };
    const files = {
      "openapi.yaml": contract(
        { A: { type: "object", properties: { b: { $dynamicRef: "#/components/schemas/A" } } } },
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
      { code: "not-supported", pointer: "/components/schemas/A/properties/b/$dynamicRef", says: "$dynamicRef" },
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

describe("vectors reports", () => {
  test("a schema without vectors, and what no vector touches", async () => {
    const files = {
      ...folder([good]),
      "spec/v1/a/schemas/other.schema.json": schemaFile("v1/a/schemas/other.schema.json", { enum: ["a", "b"] }),
    };
    const { code, stdout } = await inProcess(project(files), "vectors", { spec: "spec" });
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { vectors: number; passed: number; diagnostics: Said[] };
    expect(report).toMatchObject({ vectors: 1, passed: 1 });
    const said = report.diagnostics.map(({ code, message }) => `${code} ${message}`);
    expect(said.some((line) => /vector-missing .*Other/.test(line))).toBe(true);
    expect(said.some((line) => /vector-gap .*minimum.*Thing/.test(line))).toBe(true);
    const strict = await inProcess(project(files), "vectors", { spec: "spec", strict: true });
    expect(strict.code).toBe(1);
  });
});

/** Each wanted problem is among those said, with all it takes to act on it; and, by default, nothing else is. */
function expectSaid(said: readonly Said[], wanted: readonly Wanted[], { others = false } = {}): void {
  for (const { code, at, pointer, says } of wanted) {
    const found = said.find(
      (one) =>
        one.code === code &&
        (pointer === undefined || one.pointer === pointer) &&
        (says === undefined || (typeof says === "string" ? one.message.includes(says) : says.test(one.message))),
    );
    expect(found, `${code} ${pointer ?? ""} ${says ?? ""} among ${JSON.stringify(said, null, 2)}`).toBeDefined();
    const place = `${found?.file}:${found?.line}:${found?.column}`;
    if (at !== undefined) expect(place.slice(0, at.length)).toBe(at);
    expect(found?.fix).not.toBe("");
    expect(found?.message).not.toMatch(/\n\s+at |node_modules|undefined/);
  }
  if (!others) expect(said.map(({ code }) => code).sort()).toEqual(wanted.map(({ code }) => code).sort());
}
