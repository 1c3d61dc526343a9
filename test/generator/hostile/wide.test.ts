/** Contracts that are wide, or that would be if every way through them were written out; and numbers at the edge. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { cleanUp, contract, filesBelow, operation, temporaryFolder } from "../tool.js";
import { judge, type Row } from "./stranger.js";

afterAll(cleanUp);

const list = <Item>(length: number, item: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => item(index));
const named = (length: number, prefix: string, schema: (index: number) => unknown) =>
  Object.fromEntries(list(length, (index) => [`${prefix}${index}`, schema(index)]));
const to = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const wide = (name: string, schemas: object): Row => ({ name, files: { "openapi.json": contract(schemas) } });
const explodes = (name: string, schemas: object): Row => ({ ...wide(name, schemas), refused: "schema-too-complex" });
/** Each level has two ways to the next: 2^40 ways through it. */
const ladder = (keyword: string, rest: object = {}) =>
  named(40, "L", (level) =>
    level === 39
      ? { type: "object", properties: { end: { type: "string" } } }
      : {
          [keyword]: [
            { allOf: [to(`L${level + 1}`)], required: [`a${level}`] },
            { allOf: [to(`L${level + 1}`)], required: [`b${level}`] },
          ],
          ...rest,
        },
  );

/** Schemas inside one another, none with a name. */
const nested = (levels: number, around: (inner: object) => object) =>
  list(levels, () => around).reduce<object>((inner, wrap) => wrap(inner), { type: "string" });

const rows: readonly Row[] = [
  wide("60 levels of members of any type", { A: nested(60, (a) => ({ properties: { a } })) }),
  wide("60 levels of items of any type", { A: nested(60, (items) => ({ items })) }),
  wide("60 levels of members that may be null", {
    A: nested(60, (a) => ({ type: ["object", "null"], properties: { a } })),
  }),
  wide("120 levels of members that another part requires", {
    A: nested(120, (a) => ({ allOf: [{ properties: { a } }, { required: ["a"] }] })),
    B: nested(120, (a) => ({ type: "object", properties: { a }, anyOf: [{ required: ["a"] }, { required: ["b"] }] })),
  }),
  wide("60 levels of members beside index signatures", {
    A: nested(60, (inner) => ({
      type: "object",
      properties: { a: { type: "integer" } },
      additionalProperties: inner,
    })),
    B: nested(60, (a) => ({
      type: ["object", "string"],
      properties: { a },
      additionalProperties: { type: "integer" },
    })),
  }),
  wide("an enum of 100,000 texts", { A: { type: "string", enum: list(100_000, (index) => `value ${index}`) } }),
  wide("an enum of 100,000 numbers", { A: { enum: list(100_000, (index) => index * 1.5) } }),
  wide("an enum of 20,000 objects", { A: { enum: list(20_000, (index) => ({ index })) } }),
  wide("50,000 members", {
    A: { type: "object", properties: named(50_000, "member", () => ({ type: "string" })), additionalProperties: false },
  }),
  wide("50,000 required members", { A: { type: "object", required: list(50_000, (index) => `member${index}`) } }),
  wide("a union of 5,000", {
    ...named(5000, "S", (index) => ({
      type: "object",
      required: ["kind"],
      properties: { kind: { const: `k${index}` } },
    })),
    A: { oneOf: list(5000, (index) => to(`S${index}`)) },
  }),
  wide("a union of 5,000 with a discriminator", {
    ...named(5000, "S", () => ({ type: "object", required: ["kind"], properties: { kind: { type: "string" } } })),
    A: { oneOf: list(5000, (index) => to(`S${index}`)), discriminator: { propertyName: "kind" } },
  }),
  wide("a union of 40,000 without names", {
    A: {
      oneOf: list(40_000, (index) => ({
        type: "object",
        required: ["kind"],
        properties: { kind: { const: `k${index}` }, x: { type: "integer" } },
      })),
    },
  }),
  wide("a tuple of 50,000", {
    A: { type: "array", prefixItems: list(50_000, (index) => ({ type: index % 2 ? "string" : "integer" })) },
  }),
  wide("20,000 schemas with an $id, and references by it", {
    ...named(20_000, "S", (index) => ({
      $id: `https://example.com/${index}`,
      type: "object",
      properties: { next: { $ref: `https://example.com/${(index + 1) % 20_000}` } },
    })),
  }),
  wide("an intersection of 5,000", {
    ...named(5000, "S", (index) => ({ type: "object", properties: { [`m${index}`]: { type: "string" } } })),
    A: { allOf: list(5000, (index) => to(`S${index}`)), unevaluatedProperties: false },
  }),
  wide(
    "10,000 schemas of one shape",
    named(10_000, "S", () => ({ type: "object", properties: { a: { type: "string" } } })),
  ),
  wide("10,000 patterns", {
    A: { type: "object", patternProperties: named(10_000, "^x", () => ({ type: "string" })) },
  }),
  ...["allOf", "anyOf", "oneOf"].map((keyword) => explodes(`2^40 ways through ${keyword}`, ladder(keyword))),
  ...["allOf", "anyOf", "oneOf"].map((keyword) =>
    explodes(`2^40 ways through ${keyword}, none of them evaluated`, ladder(keyword, { unevaluatedProperties: false })),
  ),
  explodes(
    "2^40 ways through plain references",
    named(40, "L", (level) =>
      level === 39 ? { type: "string" } : { allOf: [to(`L${level + 1}`), to(`L${level + 1}`)] },
    ),
  ),
  wide(
    "2^40 ways through members",
    named(40, "L", (level) =>
      level === 39
        ? { type: "string" }
        : { type: "object", properties: { a: to(`L${level + 1}`), b: to(`L${level + 1}`) } },
    ),
  ),
  explodes(
    "3^20 ways through if, then and else",
    named(20, "L", (level) =>
      level === 19
        ? { type: "string" }
        : Object.fromEntries(["if", "then", "else"].map((keyword) => [keyword, to(`L${level + 1}`)])),
    ),
  ),
  {
    name: "20,000 parameters and 10,000 media types of one operation",
    files: {
      "openapi.json": contract(
        {},
        {
          "/p": {
            post: operation("post", {
              parameters: list(20_000, (index) => ({
                name: `q${index}`,
                in: "query",
                schema: { type: "array", items: { type: "integer" } },
              })),
              requestBody: {
                content: named(10_000, "application/v", (index) => ({
                  schema: { properties: { a: { const: index } } },
                })),
              },
            }),
          },
        },
      ),
    },
  },
  {
    name: "3,000 operations",
    files: {
      "openapi.json": contract(
        {},
        Object.fromEntries(
          list(3000, (index) => [
            `/p${index}/{id}`,
            {
              get: operation(`op${index}`, {
                parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
              }),
            },
          ]),
        ),
      ),
    },
  },
  {
    name: "an operation of 5,000 parameters",
    files: {
      "openapi.json": contract(
        {},
        {
          "/a": {
            get: operation("a", {
              parameters: list(5000, (index) => ({ name: `p${index}`, in: "query", schema: { type: "string" } })),
            }),
          },
        },
      ),
    },
  },
  wide("numbers at the edge", {
    A: { type: "string", minLength: 1e300, maxLength: 2 ** 53 },
    B: { type: "number", multipleOf: 1e-300 },
    C: { type: "array", maxItems: 2 ** 53, minItems: 1e21 },
    D: { type: "integer", minimum: -1e308, maximum: 1e308, exclusiveMinimum: 5e-324 },
    E: { const: 1e300 },
    F: { enum: [-0, 0.1, 1e21, 5e-324, 2 ** 53 + 2] },
    G: { type: "object", minProperties: 2 ** 53, maxProperties: 1e300 },
    H: { type: "array", contains: true, minContains: 2 ** 53 },
  }),
  {
    name: "numbers that JSON reads as infinite",
    files: {
      "openapi.json": JSON.stringify(
        contract({ A: { type: "number", maximum: "X" }, B: { const: "X" }, C: { type: "string", maxLength: "X" } }),
      ).replaceAll('"X"', "1e999"),
    },
    refused: "schema-invalid",
  },
  {
    name: "numbers that are none",
    spec: "openapi.yaml",
    files: {
      "openapi.yaml":
        'openapi: 3.1.0\ninfo: { title: a, version: "1" }\npaths: {}\ncomponents: { schemas: { A: { type: number, minimum: .nan, maximum: .inf } } }\n',
    },
    refused: "schema-invalid",
  },
  wide("bounds of the wrong kind", {
    A: { type: "number", minimum: 3, maximum: 1 },
    B: { type: "string", minLength: 5, maxLength: 1 },
  }),
];

test.each(rows)(
  "$name",
  async (row) => {
    const home = temporaryFolder();
    await judge(home, row);
    if (row.refused !== undefined) return;
    const source = statSync(join(home, "work", row.spec ?? "openapi.json")).size;
    const out = join(home, "work/out");
    const written = filesBelow(out).reduce((sum, path) => sum + readFileSync(join(out, path)).length, 0);
    expect(written).toBeLessThan(20 * source + 20_000);
  },
  120_000,
);
