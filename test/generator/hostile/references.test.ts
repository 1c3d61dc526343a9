/** References that lead outside, nowhere, in circles, or on and on. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, test } from "vitest";
import { cleanUp, contract, operation, temporaryFolder } from "../tool.js";
import { judge, type Row } from "./stranger.js";

afterAll(cleanUp);

const LONG = 10_000;
const self = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const chain = (link: (next: object) => object) =>
  contract(
    Object.fromEntries(
      Array.from({ length: LONG }, (_, index) => [
        `S${index}`,
        index === LONG - 1 ? { type: "object", properties: { end: { type: "string" } } } : link(self(`S${index + 1}`)),
      ]),
    ),
  );
const loop = (name: string, schemas: object): Row => ({
  name: `a loop ${name}`,
  files: { "openapi.json": contract(schemas) },
  refused: "ref-loop",
});
const outside = (ref: string, refused: Row["refused"], prepare?: Row["prepare"]): Row => ({
  name: `$ref to ${ref}`,
  files: { "openapi.json": contract({ A: { $ref: ref } }) },
  ...(refused === undefined ? {} : { refused }),
  ...(prepare ? { prepare } : {}),
});

/** They are data there: nobody follows them, though they have the looks. */
const stray = { $ref: "http://127.0.0.1:9/a.json" };
const values = {
  "/a": {
    post: operation("a", {
      requestBody: {
        content: {
          "application/json": {
            schema: {
              type: "object",
              example: stray,
              default: stray,
              enum: [stray],
              properties: { a: { const: stray } },
            },
            example: stray,
            examples: { one: { value: stray } },
          },
        },
      },
    }),
  },
};

const rows: readonly Row[] = [
  ...["http://127.0.0.1:9/a.json", "https://example.com/a.json#/x", "//host/share/a.json", "ftp://a/b", "data:,{}"].map(
    (ref) => outside(ref, "ref-to-network"),
  ),
  ...["file:///etc/passwd", "file://host/a.json", "javascript:alert(1)", "node:fs", "npm:left-pad"].map((ref) =>
    outside(ref, "ref-to-network"),
  ),
  ...[
    "/etc/passwd",
    "/dev/zero",
    "../secret.json",
    "..%2fsecret.json",
    "a/../../secret.json",
    "%2e%2e/secret.json",
  ].map((ref) => outside(ref, "ref-outside-root", secret)),
  ...["\\\\host\\share\\a.json", "..\\secret.json", "C:\\secret.json", "%5c%5chost%5cshare", "%2f%2fhost/share"].map(
    (ref) => outside(ref, "ref-invalid", secret),
  ),
  { name: "references in values", files: { "openapi.json": contract({}, values) } },
  outside("a\u0000b.json", "ref-not-found"),
  outside("%00", "ref-not-found"),
  outside("%", "ref-invalid"),
  outside(`${"a/".repeat(5000)}b.json`, "ref-not-found"),
  outside("#/constructor", "ref-not-found"),
  outside("#/__proto__/toString", "ref-not-found"),
  outside("#/components/schemas/A/hasOwnProperty", "ref-not-found"),
  outside("folder", "file-not-found", (home) => mkdirSync(join(home, "work/folder"))),
  outside("pipe.json", "file-not-found", (home) => execFileSync("mkfifo", [join(home, "work/pipe.json")])),
  outside("zero.json", "ref-outside-root", (home) => symlinkSync("/dev/zero", join(home, "work/zero.json"))),
  outside("link.json", "ref-outside-root", (home) => {
    secret(home);
    symlinkSync("../secret.json", join(home, "work/link.json"));
  }),
  outside("linked/secret.json", "ref-outside-root", (home) => {
    secret(home);
    symlinkSync("..", join(home, "work/linked"));
  }),
  outside("round.json", "ref-not-found", (home) => symlinkSync("round.json", join(home, "work/round.json"))),

  loop("to itself", { A: self("A") }),
  loop("of two", { A: self("B"), B: self("A") }),
  ...["allOf", "anyOf", "oneOf"].map((keyword) => loop(`through ${keyword}`, { A: { [keyword]: [self("A")] } })),
  ...["not", "if"].map((keyword) => loop(`through ${keyword}`, { A: { [keyword]: self("A") } })),
  loop("through then", {
    A: Object.fromEntries(["if", "then"].map((keyword) => [keyword, keyword === "if" || self("A")])),
  }),
  loop("through dependentSchemas", { A: { dependentSchemas: { a: self("A") } } }),
  loop("through everything", {
    A: { allOf: [{ anyOf: [self("B")] }] },
    B: { if: { not: self("C") } },
    C: { oneOf: [self("A")] },
  }),
  {
    name: `a loop of ${LONG}`,
    files: {
      "openapi.json": contract(
        Object.fromEntries(Array.from({ length: LONG }, (_, index) => [`S${index}`, self(`S${(index + 1) % LONG}`)])),
      ),
    },
    refused: ["ref-loop", "schema-too-complex"],
  },
  {
    name: "a loop through files",
    files: {
      "openapi.json": contract({ A: { $ref: "a.json" } }),
      "a.json": { $ref: "b.json" },
      "b.json": { $ref: "a.json" },
    },
    refused: "ref-loop",
  },
  {
    name: "loops of path items, parameters, bodies, responses and headers",
    files: {
      "openapi.json": contract(
        {},
        {
          "/a": { $ref: "#/paths/~1b" },
          "/b": { $ref: "#/paths/~1a" },
          "/c": {
            post: operation("c", {
              parameters: [{ $ref: "#/components/parameters/P" }],
              requestBody: { $ref: "#/components/requestBodies/B" },
              responses: { "200": { $ref: "#/components/responses/R" } },
            }),
          },
        },
        {
          components: {
            parameters: { P: { $ref: "#/components/parameters/Q" }, Q: { $ref: "#/components/parameters/P" } },
            requestBodies: { B: { $ref: "#/components/requestBodies/B" } },
            responses: { R: { $ref: "#/components/responses/R" } },
            headers: { H: { $ref: "#/components/headers/H" } },
          },
        },
      ),
    },
    refused: "ref-loop",
  },
  {
    name: `a chain of ${LONG} references`,
    refused: "schema-too-complex",
    files: { "openapi.json": chain((next) => next) },
  },
  {
    name: `a chain of ${LONG} allOf`,
    refused: "schema-too-complex",
    files: { "openapi.json": chain((next) => ({ allOf: [next] })) },
  },
  {
    name: `a chain of ${LONG} anyOf`,
    refused: "schema-too-complex",
    files: { "openapi.json": chain((next) => ({ anyOf: [next, { type: "null" }] })) },
  },
  {
    name: `a chain of ${LONG} not`,
    refused: "schema-too-complex",
    files: { "openapi.json": chain((next) => ({ not: next })) },
  },
  {
    name: `a chain of ${LONG} members`,
    files: { "openapi.json": chain((next) => ({ type: "object", properties: { next } })) },
  },
  {
    name: `a chain of ${LONG} unevaluatedProperties`,
    refused: "schema-too-complex",
    files: { "openapi.json": chain((next) => ({ allOf: [next], unevaluatedProperties: false })) },
  },
  {
    name: `a chain of ${LONG} responses`,
    files: {
      "openapi.json": contract(
        {},
        { "/a": { get: { operationId: "a", responses: { "200": { $ref: "#/components/responses/R0" } } } } },
        {
          components: {
            responses: Object.fromEntries(
              Array.from({ length: LONG }, (_, index) => [
                `R${index}`,
                index === LONG - 1 ? { description: "" } : { $ref: `#/components/responses/R${index + 1}` },
              ]),
            ),
          },
        },
      ),
    },
  },
  {
    name: "a chain of 2,000 files",
    refused: "schema-too-complex",
    files: {
      "openapi.json": contract({ A: { $ref: "f0.json" } }),
      ...Object.fromEntries(
        Array.from({ length: 2000 }, (_, index) => [
          `f${index}.json`,
          index === 1999 ? { type: "string" } : { $ref: `f${index + 1}.json` },
        ]),
      ),
    },
  },
];

test.each(rows)(
  "$name",
  async (row) => {
    await judge(temporaryFolder(), row);
  },
  120_000,
);

/** Beside the contract's folder, and none of its business. */
function secret(home: string): void {
  writeFileSync(join(home, "secret.json"), '{ "type": "string", "const": "secret" }');
}
