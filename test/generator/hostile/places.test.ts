/** The same attack from every place in which a contract may hold text: the output is code, and it runs nothing. */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { typeProblems } from "../compile.js";
import { cleanUp, contract, filesBelow, operation, project, temporaryFolder } from "../tool.js";
import { judge, tool } from "./stranger.js";

afterAll(cleanUp);

const attack = "globalThis.agentwireHostile = true";
/** Ends every kind of text that generated code has. */
const evil = [
  `*/ ${attack}; /*`,
  `"; ${attack}; "`,
  `'; ${attack}; '`,
  `\`; ${attack}; \``,
  `\${${attack}}`,
  `\n${attack};\r${attack};\u2028${attack};\u2029//`,
  `\\"; ${attack}; //`,
  `]}); ${attack}; (({[`,
  `{{#each this}}{{lookup . "constructor"}}{{/each}}`,
  "\u0000\u001b[2J\u202e\u2066\ufeff\u200b",
].join(" ");
const inherited = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "then", "default"];
const byKey = <Value>(value: Value) => Object.fromEntries([evil, ...inherited].map((key) => [key, value]));
const text = { type: "string" };
const done = { "200": { description: evil } };
const at = (rest: object, path = "/a") => contract({}, { [path]: { get: operation("a", rest) } });
const objectOf = (properties: object) => ({ type: "object", properties });

const places: Readonly<Record<string, object>> = {
  "titles, descriptions and versions": {
    ...contract({
      A: { ...objectOf({ a: { ...text, title: evil, description: evil } }), title: evil, description: evil },
    }),
    info: {
      title: evil,
      version: evil,
      summary: evil,
      description: evil,
      termsOfService: evil,
      contact: { name: evil },
      license: { name: evil },
    },
    tags: [{ name: evil, description: evil }],
    externalDocs: { url: evil, description: evil },
  },
  "schema names": contract(byKey(text)),
  "property names": contract({
    A: { ...objectOf(byKey(text)), required: [evil, ...inherited], additionalProperties: false },
  }),
  "keys of dependent schemas": contract({
    A: { type: "object", dependentSchemas: byKey(true), dependentRequired: byKey([evil]) },
  }),
  "keys of patterns": contract({
    A: { type: "object", patternProperties: Object.fromEntries(inherited.map((key) => [key, text])) },
  }),
  "enums, constants, defaults and examples": contract({
    A: { enum: [evil, { [evil]: [evil] }, ...inherited] },
    B: { const: byKey(evil) },
    C: { ...text, default: evil, example: evil, examples: [evil] },
    D: { type: "string", enum: [evil, ...inherited], "x-enum-varnames": [evil], "x-enumNames": [evil] },
  }),
  patterns: contract({ A: { ...text, pattern: `^(?:${evil.replace(/[$()*+./?[\\\]^{|}-]/g, "\\$&")}|a+)+$` } }),
  "format names and content types": contract({
    A: { ...text, format: evil },
    B: { ...text, format: "__proto__" },
    C: { type: "integer", format: "constructor" },
    D: { ...text, contentMediaType: evil, contentEncoding: evil },
  }),
  "unknown keywords and x- keys": {
    ...contract({
      A: { ...text, ...Object.fromEntries([evil, ...inherited].map((key) => [`x-${key}`, byKey(evil)])) },
    }),
    [`x-${evil}`]: evil,
  },
  discriminators: contract({
    Cat: { ...objectOf({ [evil]: text }), required: [evil] },
    Dog: { ...objectOf({ [evil]: text }), required: [evil] },
    Pet: {
      oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }],
      discriminator: { propertyName: evil, mapping: { [evil]: "#/components/schemas/Cat", constructor: "Dog" } },
    },
  }),
  "media types": at({
    requestBody: { content: { [evil]: { schema: text } } },
    responses: {
      "200": { description: "", content: { [evil]: { schema: text }, [`text/${evil}`]: { schema: text } } },
    },
  }),
  "servers and their variables": {
    ...contract(
      {},
      {
        "/a": { get: operation("a", { servers: [{ url: evil, description: evil }] }), servers: [{ url: `{${evil}}` }] },
      },
    ),
    servers: [
      {
        url: `https://{v}.example/${evil}`,
        description: evil,
        variables: { ...byKey({ default: evil, enum: [evil], description: evil }), v: { default: evil } },
      },
    ],
  },
  "security schemes": {
    ...contract({}, { "/a": { get: operation("a", { security: [byKey([evil])] }) } }),
    components: {
      securitySchemes: {
        ...byKey({ type: "apiKey", in: "header", name: evil, description: evil }),
        http: { type: "http", scheme: evil, bearerFormat: evil },
        oauth: { type: "oauth2", flows: { clientCredentials: { tokenUrl: evil, scopes: byKey(evil) } } },
        open: { type: "openIdConnect", openIdConnectUrl: evil },
      },
    },
  },
  parameters: at({
    parameters: ["query", "header", "cookie"].flatMap((where) =>
      [evil, ...inherited].map((name) => ({
        name,
        in: where,
        description: evil,
        example: evil,
        schema: { ...text, default: evil },
      })),
    ),
  }),
  "response headers, links and callbacks": at({
    responses: {
      "200": {
        description: evil,
        headers: byKey({ description: evil, schema: text }),
        links: byKey({ operationId: evil, parameters: byKey(evil) }),
      },
    },
    callbacks: byKey({ [evil]: { post: { responses: done } } }),
  }),
  "form fields and encodings": at({
    requestBody: {
      content: {
        "multipart/form-data": {
          schema: objectOf(byKey(text)),
          encoding: byKey({ contentType: evil, headers: byKey({ schema: text }) }),
        },
      },
    },
  }),
  "tags and summaries": at({
    tags: [evil, ...inherited],
    summary: evil,
    description: evil,
    externalDocs: { url: evil },
  }),
  paths: at({}, `/${evil.replace(/[{}]/g, "")}`),
  "operation ids": contract(
    {},
    Object.fromEntries([evil, ...inherited].map((id, index) => [`/p${index}`, { get: operation(id) }])),
  ),
  "methods and other keys of path items": contract({}, { "/a": { get: operation("a"), ...byKey(operation("b")) } }),
  "status codes": at({ responses: { ...done, ...byKey({ description: evil }) } }),
  webhooks: { ...contract(), webhooks: byKey({ post: { operationId: "hook", responses: done } }) },
  "keys of the document": { ...contract(), ...byKey(evil) },
  "keys of the error shape": {
    ...contract(),
    "x-errors": { media: evil, message: "/m", codes: { not_found: { code: evil } } },
  },
};

/** What was generated, to be compiled together: a compiler takes seconds to start. */
const declarations: string[] = [];

test.each(Object.entries(places))(
  "from %s",
  async (name, document) => {
    const home = temporaryFolder();
    await judge(home, { name, files: { "openapi.json": document } });
    const out = join(home, "work/out");
    for (const path of filesBelow(out)) if (path.endsWith(".d.ts")) declarations.push(join(out, path));
  },
  120_000,
);

test("and all that came of it has types", () => {
  expect(declarations.length).toBeGreaterThan(0);
  expect(typeProblems(declarations)).toEqual([]);
}, 120_000);

test.each(["../../x", "/etc/x", "..", "a/../../x", "C:\\x", "__proto__", evil, "\0", ""])(
  "from a service called %j",
  async (name) => {
    for (const how of ["flag", "key", "folder"] as const) {
      const home = project({
        [how === "folder" ? "contracts/a/openapi.json" : "openapi.json"]: {
          ...contract({ A: text }),
          ...(how === "flag" ? {} : { "x-service": name }),
        },
      });
      const spec = how === "folder" ? "contracts" : "openapi.json";
      const named = how === "flag" ? [`--name=${name.replaceAll("\0", "")}`] : [];
      const before = filesBelow(home);
      const { code, stderr, stdout } = await tool(home, "generate", "--spec", spec, "--out", "deep/er/out", ...named);
      expect(stderr + stdout).not.toMatch(/internal error|\n\s+at /);
      const written = filesBelow(home).filter((path) => !before.includes(path));
      expect(written.filter((path) => !path.startsWith("deep/er/out/"))).toEqual([]);
      expect(written.length > 0).toBe(code === 0);
    }
  },
  60_000,
);
