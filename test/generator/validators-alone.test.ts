/** A module of validators runs as it stands: imported from its text alone, no package can be found for it. */
import { afterAll, expect, test } from "vitest";
import { type Validator, type Violation, violationsOf } from "../../kit/src/index.js";
import { cleanUp, contract, filesOf, importNatively, project } from "./tool.js";

afterAll(cleanUp);

async function validatorOf(schema: object, rest: object = {}): Promise<{ text: string; validator: Validator }> {
  const home = project({ "openapi.json": contract({ Value: schema, ...rest }) });
  const { files, problems } = await filesOf(`${home}/openapi.json`);
  expect(problems).toEqual([]);
  const text = files.find(({ path }) => path === "validators.js")?.text ?? "";
  const module = await importNatively<{ isValue: Validator }>(`data:text/javascript,${encodeURIComponent(text)}`);
  return { text, validator: module.isValue };
}

const format = (name: string, valid: string, invalid: string) =>
  [`format ${name}`, { type: "string", format: name }, valid, invalid, "format"] as const;

/** By what the module needs: a schema, a value of it, one that is none, and the keyword that says so. */
const cases: readonly (readonly [what: string, schema: object, valid: unknown, invalid: unknown, keyword: string])[] = [
  ["a type", { type: "object" }, {}, [], "type"],
  [
    "a required member",
    { type: "object", required: ["a"], properties: { a: { type: "string" } } },
    { a: "" },
    {},
    "required",
  ],
  [
    "members of a map",
    { type: "object", additionalProperties: { type: "string" } },
    { "a/b": "" },
    { "a/b": 1 },
    "type",
  ],
  [
    "an inherited name",
    { type: "object", properties: { constructor: { type: "string" } } },
    {},
    { constructor: 1 },
    "type",
  ],
  ["a constant", { const: { a: [1] } }, { a: [1] }, { a: [2] }, "const"],
  ["one of many", { type: "string", enum: [..."abcde"] }, "e", "f", "enum"],
  ["one of one", { type: "string", enum: ["a"] }, "a", "b", "enum"],
  ["a length", { type: "string", maxLength: 1 }, "\u{1f600}", "ab", "maxLength"],
  ["a multiple", { type: "number", multipleOf: 0.1 }, 0.3, 0.35, "multipleOf"],
  ["unique items", { type: "array", uniqueItems: true }, [{ a: 1 }, 1], [{ a: 1 }, { a: 1 }], "uniqueItems"],
  ["a count of members", { type: "object", maxProperties: 1 }, { a: 1 }, { a: 1, b: 2 }, "maxProperties"],
  [
    "unevaluated members",
    { type: "object", allOf: [{ properties: { a: true } }], unevaluatedProperties: false },
    { a: 1 },
    { b: 1 },
    "unevaluatedProperties",
  ],
  ["a union", { oneOf: [{ type: "string" }, { type: "integer" }] }, 1, null, "oneOf"],
  format("byte", "AAA=", "A"),
  format("date-time", "2024-02-29T23:59:59.5Z", "2023-02-29T00:00:00Z"),
  format("date", "2024-02-29", "2023-02-29"),
  format("time", "12:00:00Z", "24:00:00Z"),
  format("duration", "P1Y", "P"),
  format("email", "a@example.com", "a"),
  format("hostname", "a.example", "-a"),
  format("ipv4", "1.2.3.4", "1.2.3"),
  format("ipv6", "::ffff:1.2.3.4", ":::"),
  format("uri", "urn:a:b", "http://a/%zz"),
  format("uri-reference", "/a", "%z1"),
  format("uuid", "123e4567-e89b-12d3-a456-426614174000", "123"),
  format("json-pointer", "/a", "a"),
  format("regex", "^a+$", "("),
  format("relative-json-pointer", "1/a", "/a"),
  format("iri", "http://\u00e9.example/%20", "\u00e9"),
  format("iri-reference", "\u00e9", "%z1"),
  format("uri-template", "/a{?b,c*}", "{"),
  format("idn-email", "\u00e9@\u00e9.example", "a"),
  format("idn-hostname", "\u00e9.example", "-a"),
];

test.each(cases)("%s", async (_, schema, valid, invalid, keyword) => {
  const { validator } = await validatorOf(schema);
  expect(violationsOf(validator, valid)).toEqual([]);
  expect(validator(invalid)).toBe(false);
  expect(violationsOf(validator, invalid).map((violation: Violation) => violation.keyword)).toContain(keyword);
});

test("it holds what it calls, and nothing else", async () => {
  const { text } = await validatorOf({ type: "object", properties: { on: { type: "string", format: "date" } } });
  const declared = [...text.matchAll(/^(?:export )?(?:function|const|class) (\w+)/gm)].map(([, name]) => name);
  expect(declared).toEqual(["isValue", "isObject", "fail", "unknownKeyword", "keywords", "dateFormat"]);
});
