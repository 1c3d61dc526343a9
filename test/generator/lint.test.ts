import { afterAll, describe, expect, test } from "vitest";
import { type Bad, expectSaid, type Said, type Wanted } from "./said.js";
import { cleanUp, contract, inProcess, operation, project } from "./tool.js";

afterAll(cleanUp);

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
