import { describe, expect, it } from "vitest";
import { judgeOf } from "../../../services/src/tool-registry/schema/judge.js";
import { SchemaError } from "../../../services/src/tool-registry/schema/schema-error.js";
import type { JsonObject } from "../../../services/src/tool-registry/tool.js";

const parsed = (json: string): JsonObject => JSON.parse(json) as JsonObject;
const items = (count: number, make: (index: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe("the schema of a tool", () => {
  it.each<[string, JsonObject, unknown, string[]]>([
    ["is 2020-12", { prefixItems: [{ type: "number" }] }, ["x"], ["args/0 must be number"]],
    [
      "or draft-07",
      { $schema: "http://json-schema.org/draft-07/schema#", items: [{ type: "number" }] },
      ["x"],
      ["args/0 must be number"],
    ],
    [
      "refers to itself",
      { $defs: { n: { type: "number" } }, properties: { a: { $ref: "#/$defs/n" } } },
      { a: "x" },
      ["args/a must be number"],
    ],
    ["knows no formats", { properties: { a: { format: "email" } } }, { a: "x" }, []],
    [
      "has patterns",
      { properties: { a: { pattern: "^[a-z]+$" } } },
      { a: "A" },
      ['args/a must match pattern "^[a-z]+$"'],
    ],
    ["also lenient ones", { properties: { a: { pattern: "^[\\w-.]+$" } } }, { a: "a-b.c" }, []],
    [
      "wants unique items",
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      ["args must NOT have duplicate items"],
    ],
    ["and accepts them", { uniqueItems: true }, [1, "1", [1], { a: 1 }], []],
    [
      "has properties of any name",
      { properties: parsed('{"const":{"type":"string"},"enum":{"type":"number"}}') },
      { const: 1, enum: "x" },
      ["args/const must be string", "args/enum must be number"],
    ],
    [
      "compares with data that looks like a schema",
      { const: parsed('{"$ref":"#/nowhere"}') },
      parsed('{"$ref":"#/nowhere"}'),
      [],
    ],
    [
      "leaves unevaluated members out",
      { properties: { a: {} }, unevaluatedProperties: false },
      { a: 1, b: 2 },
      ["args must NOT have unevaluated properties"],
    ],
  ])("%s", (_, schema, value, issues) => {
    expect(judgeOf(schema, "args")(value)).toEqual(issues);
  });

  it.each<[string, JsonObject, string]>([
    ["is no schema", { type: "wrong" }, "it is no JSON Schema"],
    ["is of another draft", { $schema: "http://json-schema.org/draft-04/schema#" }, "neither 2020-12 nor draft-07"],
    ["refers to the network", { $ref: "http://127.0.0.1:1/schema" }, "can't resolve reference"],
    ["refers to a file", { $ref: "file:///etc/passwd" }, "can't resolve reference"],
    ["refers to nothing", { $ref: "#/$defs/no" }, "can't resolve reference"],
    ["refers to data", { const: { allOf: [{ $ref: "#/const" }] }, $ref: "#/const" }, "leads to data"],
    ["has a pattern that only backtracking can judge", { pattern: "(a)\\1" }, "cannot be judged in linear time"],
    ["has a pattern that is none", { pattern: "(" }, "is no regular expression"],
    ["is too deep", parsed(`${'{"not":'.repeat(300)}{}${"}".repeat(300)}`), "nested deeper"],
    ["is too large", { description: "x".repeat(300_000) }, "larger than"],
    ["has too many parts", { allOf: items(3000, () => ({})) }, "more than 2000 subschemas"],
  ])("is refused when it %s", (_, schema, reason) => {
    expect(() => judgeOf(schema, "args")).toThrow(SchemaError);
    expect(() => judgeOf(schema, "args")).toThrow(reason);
  });

  it("cannot pass by saying that it judges later", () => {
    expect(judgeOf({ $async: true, type: "string" }, "args")(1)).toEqual(["args must be string"]);
  });

  it.each<[string, JsonObject, unknown]>([
    [
      "branches through its references",
      {
        $defs: Object.fromEntries(
          items(50, (i) => [
            `d${i}`,
            i === 49 ? {} : { allOf: [{ $ref: `#/$defs/d${Number(i) + 1}` }, { $ref: `#/$defs/d${Number(i) + 1}` }] },
          ]) as [string, unknown][],
        ),
        $ref: "#/$defs/d0",
      },
      {},
    ],
    ["refers to itself without end", { $ref: "#" }, {}],
    [
      "branches with every level of the value",
      {
        anyOf: [
          { properties: { a: { $ref: "#" } }, required: ["a"] },
          { properties: { a: { $ref: "#" } }, required: ["b", "a"] },
        ],
      },
      items(60, () => 0).reduce((value) => ({ a: value }), {}),
    ],
    [
      "compares each of many items with many others",
      { items: { enum: items(2000, (i) => ({ i })) } },
      items(100_000, () => ({ i: 0 })),
    ],
    [
      "has a pattern that must follow many ways at once",
      { pattern: "[xy]*x(?:[^z]w?){190}z" },
      "xxyxyyxéy".repeat(50_000),
    ],
    ["looks ahead from everywhere", { pattern: `${"(?=(?:xy?)*z)".repeat(12)}x` }, "xxyxyyxéy".repeat(100_000)],
    [
      "reads a long text again and again",
      { allOf: items(50, (i) => ({ pattern: `(x|y)*x{${i}}$` })) },
      "x".repeat(1_000_000),
    ],
  ])("is given up when it %s", (_, schema, value) => {
    expect(judgeOf(schema, "args")(value)).toEqual(["args takes too long to check"]);
  });

  it("judges what makes others hang: a pattern that backtracks, and many items that must differ", () => {
    const text = `${"a".repeat(500_000)}b`;
    expect(judgeOf({ pattern: "^(a+)+$" }, "args")(text)).toHaveLength(1);
    const all = items(100_000, (i) => ({ i }));
    expect(judgeOf({ uniqueItems: true }, "args")(all)).toEqual([]);
  });

  it("tells 20 issues at most, and only one of a large value", () => {
    const judge = judgeOf({ items: { type: "number" } }, "args");
    expect(judge(items(50, () => "x"))).toHaveLength(20);
    expect(judge(items(50_000, () => "x"))).toEqual(["args/0 must be number"]);
  });
});
