/** The golden validators, executed: what strict and tolerant ones accept, and what they say when they refuse. */
import { describe, expect, test } from "vitest";
import { type Validator, violationsOf } from "../../kit/src/index.js";

type Verdict = "both" | "tolerant" | "none";

/** case/Type, a value, who accepts it, and what a strict validator says first: keyword and pointer. */
type Row = readonly [type: string, value: unknown, accepted: Verdict, keyword?: string, pointer?: string];

const rows: readonly Row[] = [
  ["plain-object/Pet", { id: 1, name: "Rex", born: "2026-02-28", residence: { city: "Ulm" } }, "both"],
  ["plain-object/Pet", { id: 1, name: "Rex", age: 3 }, "tolerant", "additionalProperties", ""],
  [
    "plain-object/Pet",
    { id: 1, name: "Rex", residence: { city: "Ulm", zip: 1 } },
    "tolerant",
    "additionalProperties",
    "/residence",
  ],
  ["plain-object/Pet", { id: 1, name: "Rex", born: "2026-02-30" }, "tolerant", "format", "/born"],
  ["plain-object/Pet", { id: 0, name: "Rex" }, "none", "minimum", "/id"],
  ["plain-object/Pet", { id: 1.5, name: "Rex" }, "none", "type", "/id"],
  ["plain-object/Pet", { id: 1, name: "" }, "none", "minLength", "/name"],
  ["plain-object/Pet", { name: "Rex" }, "none", "required", ""],
  ["plain-object/Pet", { id: 1, name: "Rex", tags: ["a", "a"] }, "none", "uniqueItems", "/tags"],
  ["plain-object/Pet", [], "none", "type", ""],
  ["plain-object/Note", { text: "hi", more: 1 }, "both"],
  ["plain-object/Anything", null, "both"],
  ["plain-object/Nothing", null, "none", "not", ""],

  ["media-bodies/UploadBody", { file: new Uint8Array(1), thumbnail: null }, "both"],
  ["media-bodies/UploadBody", { title: "without its file" }, "none", "required", ""],

  ["nullable-3.0/Pet", { nick: null, owner: null, size: null, tags: null }, "both"],
  ["nullable-3.0/Pet", { nick: "Rex", owner: { name: "Ann" }, size: "small" }, "both"],
  ["nullable-3.0/Pet", { nick: null, owner: null, size: "huge" }, "tolerant"],
  ["nullable-3.0/Pet", { nick: null, owner: null, weight: null }, "none", "type", "/weight"],
  ["nullable-3.0/Pet", { nick: null, owner: null, weight: 0 }, "none", "exclusiveMinimum", "/weight"],
  ["nullable-3.0/Pet", { nick: null }, "none", "required", ""],

  ["null-3.1/Pet", { nick: null, owner: null, size: null, gone: null, scalar: null }, "both"],
  ["null-3.1/Pet", { nick: null, owner: { name: "Ann" }, scalar: 3 }, "both"],
  ["null-3.1/Pet", { nick: null, owner: null, scalar: 3.5 }, "none", "type", "/scalar"],
  ["null-3.1/Pet", { nick: null, owner: null, gone: 0 }, "none", "const", "/gone"],

  ["enums-open/State", "running", "both"],
  ["enums-open/State", "paused", "tolerant", "enum", ""],
  ["enums-open/State", 3, "none", "type", ""],
  ["enums-open/Level", 4, "none", "enum", ""],
  ["enums-open/Version", "v2", "none", "enum", ""],
  ["enums-open/Mixed", true, "both"],
  ["enums-open/Mixed", "sometimes", "tolerant", "enum", ""],
  ["enums-open/Mixed", 1, "none", "enum", ""],
  ["enums-open/Job", { state: "done", version: "v1", mode: "bold" }, "tolerant", "enum", "/mode"],

  ["discriminated-union/Part", { type: "text", text: "hi" }, "both"],
  ["discriminated-union/Part", { type: "video", frames: 3 }, "tolerant"],
  ["discriminated-union/Part", { type: "image" }, "none"],
  ["discriminated-union/Part", { text: "hi" }, "none"],
  ["discriminated-union/Message", { parts: [{ type: "image", url: "https://example.com" }] }, "both"],
  ["discriminated-union/Message", { parts: [] }, "none", "minItems", "/parts"],
  ["discriminated-union/Id", 7, "both"],
  ["discriminated-union/Id", "Seven", "none"],

  ["all-of/User", { id: "u", name: "Ann", age: 3 }, "both"],
  ["all-of/User", { id: "u", name: "Ann", admin: true }, "tolerant", "unevaluatedProperties", ""],
  ["all-of/User", { id: "u" }, "none", "required", ""],
  ["all-of/User", { id: "u", name: "Ann", labels: { a: 1 } }, "none", "type", "/labels/a"],
  ["all-of/Admin", { id: "u", name: "Ann", admin: true }, "tolerant", "unevaluatedProperties", ""],
  ["all-of/Contact", { email: "e" }, "both"],
  ["all-of/Contact", {}, "none"],
  ["all-of/Contact", { phone: "p" }, "none", "dependentRequired", ""],

  ["tuples/Point", [1, 2], "both"],
  ["tuples/Point", [1], "none", "minItems", ""],
  ["tuples/Point", [1, 2, 3], "none"],
  ["tuples/Point", [1, "2"], "none", "type", "/1"],
  ["tuples/Row", ["Ann"], "both"],
  ["tuples/Row", ["Ann", null, true, false], "both"],
  ["tuples/Row", ["Ann", 3, 4], "none", "type", "/2"],
  ["tuples/Empty", [], "both"],
  ["tuples/Empty", [1], "none"],

  ["maps-and-patterns/Scores", { ann: 3 }, "both"],
  ["maps-and-patterns/Scores", { ann: "three" }, "none", "type", "/ann"],
  ["maps-and-patterns/Labels", { name: "x", on: true }, "both"],
  ["maps-and-patterns/Labels", { name: "x", on: "yes" }, "none", "type", "/on"],
  ["maps-and-patterns/Extensions", { "x-a": "b", "n-a": 1 }, "both"],
  ["maps-and-patterns/Extensions", { "x-a": 1 }, "none", "type", "/x-a"],
  ["maps-and-patterns/Extensions", { other: 1 }, "tolerant", "additionalProperties", ""],
  ["maps-and-patterns/Headers", { accept: ["a"] }, "both"],
  ["maps-and-patterns/Headers", { Accept: ["a"] }, "none"],
  ["maps-and-patterns/Headers", { a: [], b: [], c: [] }, "none", "maxProperties", ""],
  ["maps-and-patterns/Closed", { a: 1 }, "tolerant", "additionalProperties", ""],

  ["recursive/Tree", { value: 1, children: [{ value: 2, children: [] }] }, "both"],
  ["recursive/Tree", { value: 1, children: [{ children: [] }] }, "none", "required", "/children/0"],
  ["recursive/Entry", { entries: { a: { size: 1, parent: { entries: {} } } } }, "both"],
  ["recursive/Entry", { entries: { a: { entries: { b: {} } } } }, "none"],
  ["recursive/Json", { a: [1, "b", null, { c: [[]] }] }, "both"],

  ["odd-names/Members", { "@type": "a", constructor: "b", "1abc": 1, "": "c", ключ: "d" }, "both"],
  ["odd-names/Members", { "@type": "a" }, "none", "required", ""],
  ["odd-names/Members", JSON.parse('{ "@type": "a", "constructor": "b", "__proto__": 3 }'), "both"],
  ["odd-names/Members", JSON.parse('{ "@type": "a", "constructor": "b", "__proto__": "3" }'), "none"],
  ["odd-names/Members", { "@type": "a", constructor: "b", 'quote"s': 1 }, "none", "type", '/quote"s'],
  ["odd-names/Date_", "2026-13-01", "tolerant", "format", ""],
  ["odd-names/Unknown", { a: { at: "2026-01-01" } }, "both"],

  ["tuples/Capped", ["a"], "both"],
  ["tuples/Capped", ["a", 1], "none", "maxItems", ""],
  ["tuples/Sealed", ["a", 1], "none"],
  ["tuples/Trailing", ["a", 1, 2], "both"],
  ["tuples/Trailing", ["a", "b"], "none", "type", "/1"],
  ["tuples/TupleOrText", [1, 2], "both"],
  ["tuples/TupleOrText", "text", "both"],
  ["tuples/TupleOrText", [1], "none", "minItems", ""],

  ["maps-and-patterns/NamedAndPattern", { id: 1, "x-a": true, other: null }, "both"],
  ["maps-and-patterns/NamedAndPattern", { id: 1, "x-a": null }, "none", "type", "/x-a"],
  ["maps-and-patterns/NoPattern", { id: 1, _a: 1 }, "none"],
  ["maps-and-patterns/Unevaluated", { name: "a", other: "b" }, "both"],
  ["maps-and-patterns/Unevaluated", { name: "a", other: 1 }, "none", "type", "/other"],
  ["maps-and-patterns/RequiredOfMap", {}, "none", "required", ""],
  ["maps-and-patterns/RequiredOfMap", { total: "3" }, "none", "type", "/total"],

  ["constants/Origin", { label: { text: "origin" }, y: 0, x: 0 }, "both"],
  ["constants/Origin", { x: 0, y: 0 }, "none", "const", ""],
  ["constants/Pair", [1, "two", [null]], "both"],
  ["constants/Pair", [1, "two", null], "none", "const", ""],
  ["constants/Blank", [], "none", "const", ""],
  ["constants/Nowhere", { kept: "a", dropped: null }, "none"],
  ["constants/Unfillable", { gone: 1 }, "none"],
  ["constants/Shortened", ["a", "b"], "none"],

  ["narrowing/Overlap", "red", "both"],
  ["narrowing/Overlap", "green", "tolerant", "enum", ""],
  ["narrowing/InlineOverlap", "orange", "tolerant", "enum", ""],
  ["narrowing/Impossible", "1", "none"],
  ["narrowing/LaterRequired", { kind: "ant" }, "none", "required", ""],
  ["narrowing/Cat", { kind: "dog" }, "none", "const", "/kind"],

  ["null-3.1/MaybePet", null, "both"],
  ["null-3.1/MaybePet", { kind: "cat" }, "both"],
  ["null-3.1/MaybePet", { kind: "bird" }, "tolerant"],
  ["null-3.1/MaybePet", 0, "none"],
  ["null-3.1/MaybePet", { kind: "dog", barks: 1 }, "none", "type", "/barks"],
  ["nullable-3.0/MaybePet", { kind: "bird" }, "tolerant"],
  ["discriminators/MaybeInline", { op: "remove", at: "a" }, "both"],
  ["discriminators/MaybeInline", { op: "remove", value: 1 }, "none", "required", ""],
  ["discriminators/MaybeInline", undefined, "none"],
  ["discriminators/ByName", { petType: "puppy", bark: "wow" }, "both"],
  ["discriminators/ByName", { petType: "puppy", lives: 9 }, "none", "required", ""],
  ["discriminators/Several", { petType: "kitten", lives: 1 }, "both"],
  ["discriminators/WithDefault", { petType: "wolf", bark: "wow" }, "both"],
  ["discriminators/WithDefault", { petType: "wolf" }, "none", "anyOf", ""],
  ["discriminators/ToFile", { petType: "bird", wings: 2 }, "both"],
  ["discriminators/OptionalTag", { limit: 1 }, "both"],
  ["discriminators/Nested", { shape: "ray" }, "both"],
  ["discriminators/Loose", 3, "both"],
  ["discriminators/Loose", { op: "add" }, "both"],
  ["discriminators/Loose", { op: "move" }, "none"],

  ["conditions/Address", { country: "DE", code: "12345" }, "both"],
  ["conditions/Address", { country: "DE" }, "none", "required", ""],
  ["conditions/Address", { country: "DE", code: "1234" }, "none", "pattern", "/code"],
  ["conditions/Address", { country: "FR", code: "12345678901" }, "none", "maxLength", "/code"],
  ["conditions/Payment", { card: "1" }, "none", "required", ""],
  ["conditions/NotText", 3, "both"],
  ["conditions/NotText", "3", "none", "not", ""],
  ["conditions/NotEmpty", "", "none", "not", ""],
  ["conditions/NoSecret", { name: "a", secret: 1 }, "none", "not", ""],
  ["conditions/Mostly", [1, "a"], "both"],
  ["conditions/Mostly", [1, 2], "none"],
  ["conditions/Mostly", ["a", "b", "c"], "none"],
  ["conditions/Strict", { id: 1, more: 1 }, "tolerant", "unevaluatedProperties", ""],
  ["conditions/Typed", { id: 1, more: "a" }, "both"],
  ["conditions/Typed", { id: 1, more: 1 }, "none"],
  ["conditions/Sealed", [1, 2], "none"],
  ["conditions/Conditional", { kind: "a", a: 1 }, "both"],
  ["conditions/Conditional", { kind: "a" }, "none", "required", ""],
  ["conditions/Conditional", { kind: "b", a: 1 }, "tolerant", "unevaluatedProperties", ""],
  ["conditions/Keys", { blue: 1 }, "none"],

  ["schema-references/NumberPage", { items: [1] }, "both"],
  ["schema-references/NumberPage", { items: ["a"] }, "none", "type", "/items/0"],
  ["schema-references/UserPage", { items: [{}] }, "none", "required", "/items/0"],
  ["schema-references/ByUri", [{ unit: "km", self: { unit: "m" } }], "both"],
  ["schema-references/ByUri", [{ self: { unit: "mi" } }], "tolerant", "enum", "/0/self/unit"],

  ["recursive/Nest", ["a", ["b", [[]]]], "both"],
  ["recursive/Nest", ["a", ["b", [1]]], "none"],
  ["recursive/Chain", { next: { next: 1 } }, "none", "type", "/next/next"],
  ["recursive/Expression", { op: "all", of: [{ op: "not", of: { op: "literal", value: 1 } }] }, "both"],
  ["recursive/Expression", { op: "all", of: [{ op: "not", of: { op: "literal" } }] }, "none", "required", "/of/0/of"],
  ["recursive/Pair", ["a", ["b", ["c", 1]]], "none", "type", "/1/1/1"],

  ["directions/UserInput", { name: "Ann", password: "secret" }, "both"],
  ["directions/UserInput", { name: "Ann" }, "none", "required", ""],
  ["directions/UserOutput", { id: "u", name: "Ann" }, "both"],
  ["directions/GroupInput", { members: [{ name: "Ann", password: "a" }] }, "both"],
  ["directions/GroupOutput", { members: [{ name: "Ann" }] }, "none", "required", "/members/0"],
  ["directions/TreeInput", { children: [{ children: [] }] }, "both"],
  ["directions/Tree", { children: [] }, "none", "required", ""],
];

async function load(type: string): Promise<Validator> {
  const [name, file] = type.split("/");
  return (await import(`./${name}/expected/validators.js`))[`is${file}`];
}

describe("golden validators", () => {
  test.each(rows)("%s: %j is accepted by %s", async (type, value, accepted, keyword, pointer) => {
    const judge = await load(type);
    expect({ strict: judge(value), tolerant: judge(value, true) }).toEqual({
      strict: accepted === "both",
      tolerant: accepted !== "none",
    });
    const [first] = violationsOf(judge, value);
    expect(first === undefined).toBe(accepted === "both");
    if (keyword !== undefined) expect(first).toMatchObject({ keyword, pointer });
  });

  test("judging a value leaves it as it was", async () => {
    const value = { id: 1, name: "Rex", residence: { city: "Ulm", zip: 1 } };
    const before = structuredClone(value);
    (await load("plain-object/Pet"))(value);
    (await load("plain-object/Pet"))(value, true);
    expect(value).toEqual(before);
  });
});
