import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { expectSaid } from "./said.js";
import { agentwire, cleanUp, contract, inProcess, operation, project } from "./tool.js";

afterAll(cleanUp);

interface Entry {
  keyword: string;
  status: string;
  file: string;
  line: number;
  column: number;
  pointer: string;
}
interface Report {
  target: string;
  summary: Record<string, number>;
  schemas: { name: string; status: string; pointer: string; losses?: Entry[] }[];
  contract: (Entry & { says: string })[];
}

async function reportOf(schemas: object, paths: object = {}, options: object = {}): Promise<Report> {
  const folder = project({ "openapi.json": JSON.stringify(contract(schemas, paths), null, 2) });
  const asked = { spec: "openapi.json", out: "out", report: join(folder, "loss.json"), ...options };
  expect((await inProcess(folder, "generate", asked)).code).toBe(0);
  return JSON.parse(readFileSync(join(folder, "loss.json"), "utf8")) as Report;
}

/** What the report says of a schema: its status, and its keywords with theirs. */
async function fate(schema: unknown, others: object = {}): Promise<Record<string, string>> {
  const { schemas } = await reportOf({ A: schema, ...others });
  const found = schemas.find(({ name }) => name === "A");
  return {
    "": found?.status ?? "",
    ...Object.fromEntries((found?.losses ?? []).map((one) => [one.keyword, one.status])),
  };
}

const cat = { type: "object", required: ["kind"], properties: { kind: { const: "cat" } } };
const dog = { type: "object", required: ["kind"], properties: { kind: { const: "dog" } } };

describe("the loss report", () => {
  test.each([
    ["a plain object", { type: "object", required: ["a"], properties: { a: { type: "string" } } }],
    ["a closed tuple", { type: "array", prefixItems: [{ type: "string" }], items: false, minItems: 1 }],
    ["a tuple that is cut", { type: "array", prefixItems: [{ type: "string" }, true], maxItems: 1 }],
    [
      "a tuple that is closed by the rest",
      { type: "array", prefixItems: [{ type: "string" }], unevaluatedItems: false },
    ],
    ["an object that is closed by the rest", { properties: { a: true }, unevaluatedProperties: false }],
    ["a map", { type: "object", additionalProperties: { type: "string" } }],
    ["variants that a constant tells apart", { oneOf: [cat, dog] }],
    ["variants of different types", { oneOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] }],
    ["words for people", { title: "A", description: "a", examples: ["a"], default: "a", "x-other": 1 }],
    ["hints of format", { type: "string", format: "password" }],
  ])("%s is exact", async (_, schema) => {
    expect(await fate(schema)).toEqual({ "": "exact" });
  });

  test.each([
    ["type", { type: "integer" }],
    ["pattern", { type: "string", pattern: "^a" }],
    ["format", { type: "string", format: "email" }],
    ["format", { type: "integer", format: "int32" }],
    ["minItems", { type: "array", items: { type: "string" }, minItems: 2 }],
    ["if", JSON.parse('{ "if": { "required": ["a"] }, "then": { "required": ["b"] } }')],
    ["not", { not: { type: "string" } }],
    ["dependentRequired", { dependentRequired: { a: ["b"] } }],
    ["minItems", { type: "array", prefixItems: [{ type: "string" }], minItems: 2 }],
    ["maxItems", { type: "array", prefixItems: [{ type: "string" }], maxItems: 2 }],
    ["maxItems", { type: "array", items: { type: "string" }, maxItems: 2 }],
    ["unevaluatedItems", { type: "array", contains: { type: "string" }, unevaluatedItems: false }],
    ["unevaluatedProperties", { anyOf: [{ properties: { a: true } }, true], unevaluatedProperties: false }],
    ["additionalProperties", { properties: { a: { type: "number" } }, additionalProperties: { type: "string" } }],
    ["contains", { type: "array", contains: { const: 1 } }],
    ["oneOf", { oneOf: [{ required: ["a"] }, { required: ["b"] }] }],
    ["patternProperties", { type: "object", patternProperties: { "^a": { type: "string" } } }],
  ])("%s is widened, and enforced by the validator", async (keyword, schema) => {
    expect(await fate(schema)).toMatchObject({ "": "widened", [keyword]: "widened" });
  });

  test.each([
    ["format", { type: "string", format: "phone-number" }],
    ["xml", { type: "object", xml: { name: "a" } }],
    ["divisibleBy", { type: "number", divisibleBy: 2 }],
  ])("%s is not carried", async (keyword, schema) => {
    expect(await fate(schema)).toMatchObject({ "": "unsupported", [keyword]: "unsupported" });
  });

  test("without validators, nothing enforces what types cannot say", async () => {
    const { schemas } = await reportOf({ A: { type: "string", minLength: 1 } }, {}, { artefacts: "models" });
    expect(schemas.map(({ status }) => status)).toEqual(["unsupported"]);
  });

  test("each loss has its place, in JSON and in YAML, inside parameters too", async () => {
    const parameter = { name: "q", in: "query", schema: { type: "string", maxLength: 9 } };
    const paths = { "/a": { get: operation("a", { parameters: [parameter] }) } };
    const { schemas } = await reportOf({ A: { type: "object", properties: { "b/c": { type: "integer" } } } }, paths);
    const losses = schemas.flatMap((schema) => schema.losses ?? []);
    const text = JSON.stringify(
      contract({ A: { type: "object", properties: { "b/c": { type: "integer" } } } }, paths),
      null,
      2,
    ).split("\n");
    expect(losses.map(({ pointer }) => pointer).sort()).toEqual([
      "/components/schemas/A/properties/b~1c/type",
      "/paths/~1a/get/parameters/0/schema/maxLength",
    ]);
    for (const { keyword, line, column } of losses)
      expect(text[line - 1]?.slice(0, column - 1).trim()).toBe(`"${keyword}":`);

    const folder = project({
      "openapi.yaml":
        "openapi: 3.1.0\ninfo: { title: A, version: '1' }\npaths: {}\ncomponents:\n  schemas:\n    A: { type: string, minLength: 3 }\n",
    });
    await inProcess(folder, "generate", { spec: "openapi.yaml", out: "out", report: join(folder, "loss.json") });
    const { schemas: yaml } = JSON.parse(readFileSync(join(folder, "loss.json"), "utf8")) as Report;
    expect(yaml[0]?.losses?.[0]).toMatchObject({ file: "openapi.yaml", line: 6, column: 35, keyword: "minLength" });
  });

  test("what stands beside schemas is listed too", async () => {
    const ok = { description: "Done.", links: { next: { operationId: "a" } } };
    const paths = { "/a": { get: { operationId: "a", responses: { "200": ok } } } };
    const { contract: left, summary } = await reportOf({}, paths);
    expect(left).toMatchObject([
      { keyword: "links", status: "unsupported", pointer: "/paths/~1a/get/responses/200/links" },
    ]);
    expect(summary.unsupported).toBe(1);
  });

  test("bytes that JSON would have to carry are listed, where it would", async () => {
    const media = { schema: { $ref: "#/components/schemas/Upload" } };
    const body = (...types: string[]) => ({ content: Object.fromEntries(types.map((type) => [type, media])) });
    const upload = (...types: string[]) => operation("upload", { requestBody: body(...types) });
    const schemas = {
      File: { type: "string", format: "binary" },
      Upload: { type: "object", properties: { file: { $ref: "#/components/schemas/File" } } },
    };
    const { contract: left } = await reportOf(schemas, { "/a": { post: upload("multipart/form-data") } });
    expect(left).toEqual([]);
    const mixed = { ...schemas, Log: { type: "array", items: { $ref: "#/components/schemas/Upload" } } };
    const types = ["multipart/form-data", "application/json"];
    const { contract: lost } = await reportOf(mixed, { "/a": { post: upload(...types) } });
    expect(lost).toMatchObject([
      { pointer: "/paths/~1a/post", says: expect.stringContaining("application/json of upload has bytes in it") },
      { keyword: "schemas", pointer: "/components/schemas/Log", says: expect.stringContaining("those of Upload") },
    ]);
  });

  const at =
    (path: string) =>
    (operation: object, rest: object = {}) => ({ [path]: { get: operation, ...rest } });
  const get = at("/a");
  const json = { "application/json": { schema: { type: "string" } } };
  const answering = (content: object) => get({ responses: { 200: { description: "Done.", content } } });
  const taking = (content: object) => ({ "/a": { post: operation("a", { requestBody: { content } }) } });
  const given = (...parameters: object[]) => get(operation("a", { parameters }));
  const text = { type: "string" };
  const object = { type: "object" };
  test.each<[string, object, string]>([
    ["a parameter of Swagger 2", given({ name: "a", in: "body", schema: object }), "/get/parameters/0"],
    ["a parameter without a name", given({ in: "query", schema: text }), "/get/parameters/0"],
    [
      "a header that differs from another in case alone",
      given({ name: "X-A", in: "header", schema: text }, { name: "x-a", in: "header", schema: text }),
      "/get/parameters/0",
    ],
    [
      "what would leave a path parameter as it is",
      {
        "/a/{id}": {
          get: operation("a", {
            parameters: [{ name: "id", in: "path", required: true, allowReserved: true, schema: text }],
          }),
        },
      },
      "~1{id}/get/parameters/0/allowReserved",
    ],
    ["a method in capitals", get(operation("a"), { POST: operation("b") }), "/POST"],
    ["a status that is none", get({ responses: { ok: { description: "Done." } } }), "/get/responses/ok"],
    [
      "the schema of XML",
      answering({ "application/xml": { schema: object } }),
      "/get/responses/200/content/application~1xml/schema",
    ],
    [
      "the schema of bytes",
      taking({ "application/msgpack": { schema: object } }),
      "/post/requestBody/content/application~1msgpack/schema",
    ],
    [
      "a parameter of a media type",
      answering({ ...json, "text/plain; version=1": {} }),
      "/get/responses/200/content/text~1plain; version=1",
    ],
    [
      "the schema of a whole stream",
      answering({ "application/x-ndjson": { schema: { type: "array" } } }),
      "/get/responses/200/content/application~1x-ndjson/schema",
    ],
    [
      "the headers of a part",
      taking({
        "multipart/form-data": {
          schema: { type: "object", properties: { a: text } },
          encoding: { a: { headers: { "X-A": { schema: text } } } },
        },
      }),
      "/post/requestBody/content/multipart~1form-data/encoding/a/headers",
    ],
    [
      "the style of a part that is bytes",
      taking({
        "multipart/form-data": {
          schema: { type: "object", properties: { a: { type: "array", items: { type: "string", format: "binary" } } } },
          encoding: { a: { style: "pipeDelimited" } },
        },
      }),
      "/post/requestBody/content/multipart~1form-data/encoding/a",
    ],
    [
      "the content of an answer that never has a body",
      get({ responses: { 204: { description: "Done.", content: json } } }),
      "/get/responses/204/content",
    ],
    ["a method that fetch does not send", { "/a": { trace: operation("a") } }, "/trace"],
    ["a body of GET", get(operation("a", { requestBody: { content: json } })), "/get/requestBody"],
    [
      "a query string of another media type than forms",
      given({ name: "a", in: "querystring", content: { "application/json": { schema: object } } }),
      "/get/parameters/0",
    ],
    [
      "what the schema of a query string says of it as a whole",
      given({
        name: "a",
        in: "querystring",
        content: { "application/x-www-form-urlencoded": { schema: { type: "object", minProperties: 1 } } },
      }),
      "/get/parameters/0",
    ],
    ["a security scheme that is not declared", get(operation("a", { security: [{ key: [] }] })), "/get/security"],
  ])("%s is listed", async (_, paths, pointer) => {
    const { contract: left } = await reportOf({}, paths);
    expect(left.map((entry) => entry.pointer)).toEqual([`/paths/~1a${pointer}`]);
  });

  test("parameters of a path that nothing divides are listed", async () => {
    const parameters = ["name", "type"].map((name) => ({ name, in: "path", required: true, schema: text }));
    const { contract: left } = await reportOf({}, { "/{name}{type}": { get: operation("a", { parameters }) } });
    expect(left).toMatchObject([
      {
        pointer: "/paths/~1{name}{type}/get",
        says: expect.stringContaining("nothing stands between {name} and {type}"),
      },
    ]);
  });

  const description = "Done.";
  test.each<[string, object, string, string]>([
    ["parameters by name", get(operation("a", { parameters: { id: text } })), "/get/parameters", "must be a list"],
    ["security that is no list", get(operation("a", { security: { key: [] } })), "/get/security", "must be a list"],
    ["a scheme without its list", get(operation("a", { security: ["key"] })), "/get/security/0", "must be an object"],
    ["servers that are texts", get(operation("a", { servers: ["/v1"] })), "/get/servers/0", "must be an object"],
    [
      "required that is a text",
      given({ name: "a", in: "query", required: "yes", schema: text }),
      "/get/parameters/0/required",
      'must be true or false; this is a string, "yes"',
    ],
    [
      "content that is a list",
      get({ responses: { 200: { description, content: ["application/json"] } } }),
      "/get/responses/200/content",
      "must be an object; this is a list",
    ],
    ["a number for a name", get(operation("a", { operationId: 5 })), "/get/operationId", "must be a text"],
    ["a key of Swagger 2", get(operation("a", { produces: ["a/b"] })), "/get/produces", '"produces" is no key'],
    [
      "a schema beside its content",
      get({ responses: { 200: { description, schema: text } } }),
      "/get/responses/200/schema",
      '"schema" is no key',
    ],
  ])("%s is listed, as nothing reads it", async (_, paths, pointer, says) => {
    const { contract: left } = await reportOf({}, paths);
    expect(left).toEqual([
      expect.objectContaining({
        status: "unsupported",
        pointer: `/paths/~1a${pointer}`,
        says: expect.stringContaining(says),
      }),
    ]);
  });

  test("what is no form of OpenAPI is listed in other files too, and what is left empty is not", async () => {
    const folder = project({
      "openapi.yaml": `openapi: 3.0.3
info: { title: A, version: 1.0, description: }
paths:
  /a: { get: { operationId: a, parameters: [{ $ref: "id.yaml" }], responses: { 204: { description: Done., headers: } } } }
`,
      "id.yaml": "name: id\nin: query\nrequired: always\nschema: { type: string }\n",
    });
    const asked = { spec: "openapi.yaml", out: "out", report: join(folder, "loss.json") };
    expect((await inProcess(folder, "generate", asked)).code).toBe(0);
    const { contract: left } = JSON.parse(readFileSync(join(folder, "loss.json"), "utf8")) as Report;
    expect(left.map(({ file, line, pointer }) => `${file}:${line} ${pointer}`).sort()).toEqual([
      "id.yaml:3 /required",
      "openapi.yaml:2 /info/version",
    ]);
  });

  test("a body of GET that is always empty is no loss", async () => {
    const schema = { type: "object", properties: {}, additionalProperties: false };
    const content = { "application/x-www-form-urlencoded": { schema } };
    expect((await reportOf({}, get(operation("a", { requestBody: { content } })))).contract).toEqual([]);
    const required = { content, required: true };
    expect((await reportOf({}, get(operation("a", { requestBody: required })))).contract).toHaveLength(1);
  });

  test("what a response header is beyond its type is not carried", async () => {
    const schema = { type: "integer", minimum: 0, description: "How many." };
    const headers = { "X-A": { schema }, "X-B": { schema: { type: "string", enum: ["a"] } }, "X-C": { schema: text } };
    const { schemas } = await reportOf({}, get({ responses: { 200: { description: "Done.", headers } } }));
    expect(schemas.map(({ name, losses = [] }) => [name, losses.map(({ keyword }) => keyword)])).toEqual([
      ["getA 200 header X-A", ["minimum"]],
      ["getA 200 header X-B", ["enum"]],
      ["getA 200 header X-C", []],
    ]);
  });

  test("a path that is none, and one that is another's, are listed", async () => {
    const id = (name: string) => ({ parameters: [{ name, in: "path", required: true, schema: text }] });
    const paths = {
      ...at("a")(operation("a")),
      ...at("/b/{x}")(operation("b", id("x"))),
      ...at("/b/{y}")(operation("c", id("y"))),
    };
    const { contract: left } = await reportOf({}, paths);
    expect(left.map((entry) => entry.pointer)).toEqual(["/paths/a", "/paths/~1b~1{y}/get"]);
  });

  test("a line sums it up on every run", async () => {
    const folder = project({
      "openapi.json": contract({ A: { type: "string", minLength: 1 }, B: { type: "string" } }),
    });
    const { stdout } = await agentwire(folder, "generate", "--spec", "openapi.json", "--out", "out");
    expect(stdout).toContain("schemas: 1 exact, 1 widened in types and enforced by validators, nothing is lost\n");
  });

  test("--strict refuses what is not carried, says where, and writes nothing", async () => {
    const folder = project({ "openapi.json": contract({ A: { type: "string", format: "phone-number" } }) });
    const { code, stdout } = await inProcess(folder, "generate", { spec: "openapi.json", out: "out", strict: true });
    expect(code).toBe(1);
    expectSaid(JSON.parse(stdout).diagnostics, [
      { code: "loss", pointer: "/components/schemas/A/format", says: "format" },
    ]);
    expect(existsSync(join(folder, "out"))).toBe(false);
    const fine = project({ "openapi.json": contract({ A: { type: "string", minLength: 1 } }) });
    expect((await inProcess(fine, "generate", { spec: "openapi.json", out: "out", strict: true })).code).toBe(0);
  });
});
