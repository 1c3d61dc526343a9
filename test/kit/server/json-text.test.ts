import fc from "fast-check";
import { expect, it } from "vitest";
import { JsonWriter } from "../../../kit/src/server/json-text.js";

const long = "A text of which nothing has to be escaped. ".repeat(20);

/** Texts of all lengths, with what has to be escaped at any place, or with nothing of it. */
const character = fc.oneof(
  fc.string({ unit: "binary", maxLength: 1 }),
  fc.integer({ max: 0xffff, min: 0 }).map((code) => String.fromCharCode(code)),
);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .tuple(fc.nat(600), character, fc.nat(600))
    .map(([before, one, after]) => "x".repeat(before) + one + "y".repeat(after)),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, tie("leaf"), tie("array"), tie("object")),
  leaf: fc.oneof(
    text,
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, -0, Number.NaN, Number.POSITIVE_INFINITY),
  ),
  array: fc.array(tie("any"), { maxLength: 5 }),
  object: fc.dictionary(fc.oneof(text, fc.constantFrom("__proto__", "constructor", "0", "a b")), tie("any"), {
    maxKeys: 5,
  }),
})).any;

it("writes what JSON.stringify writes", () => {
  fc.assert(
    fc.property(value, (inner) => {
      const whole = { long, inner, list: [inner, long] };
      expect(new JsonWriter().write(whole)).toBe(JSON.stringify(whole));
    }),
    { numRuns: 2000 },
  );
});

it("writes long texts with many escapes as JSON.stringify does", () => {
  const pieces = fc.constantFrom("\\", '"', "\n", "\r", "\t", "\\n", '\\"', "\u0000", "a", "\u2028", "ä");
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 20 }), (some) => {
      const whole = { long, text: some.join("").repeat(300), lines: some.join(long) };
      expect(new JsonWriter().write(whole)).toBe(JSON.stringify(whole));
    }),
  );
});

it("writes every character as JSON.stringify does, in short texts and in long ones", () => {
  for (let code = 0; code <= 0xffff; code += code < 0x300 || code >= 0xd700 ? 1 : 97) {
    const one = String.fromCharCode(code);
    const whole = [one, `${long}${one}`, `${one}${long}`, one.repeat(300)];
    expect(new JsonWriter().write(whole)).toBe(JSON.stringify(whole));
  }
});

class Point {
  x = 1;
  #y = 2;
  get y() {
    return this.#y;
  }
}

const special: [string, unknown][] = [
  ["a date", new Date(0)],
  ["a member toJSON", { toJSON: () => ({ other: long }) }],
  ["a member toJSON that is no function", { toJSON: 1 }],
  ["an array with toJSON", Object.assign([1], { toJSON: () => "array" })],
  ["an instance of a class", new Point()],
  ["wrapped values", [Object(1), Object("text"), Object(true)]],
  ["a dictionary without a prototype", Object.assign(Object.create(null) as object, { a: 1 })],
  ["inherited members", Object.create({ inherited: 1 })],
  ["members that are not enumerable", Object.defineProperty({ a: 1 }, "hidden", { value: 2 })],
  ["symbols", { [Symbol("key")]: 1, a: Symbol("value"), b: [Symbol("item")] }],
  ["functions", { a: () => 1, b: [() => 1] }],
  ["holes", Object.assign([1], { 2: 3 })],
  ["maps and sets", [new Map([[1, 2]]), new Set([1])]],
  ["a proxy", new Proxy({ a: 1 }, { ownKeys: () => ["a"], get: () => "trapped" })],
  ["bytes", new Uint8Array([1, 2])],
  ["very many values", Array.from({ length: 5000 }, (_, index) => ({ index }))],
  ["many levels", Array.from({ length: 100 }).reduce((inner) => [inner], long)],
];

it.each(special)("writes %s as JSON.stringify does", (_, inner) => {
  const whole = { long, inner, more: long };
  expect(new JsonWriter().write(whole)).toBe(JSON.stringify(whole));
  expect(new JsonWriter().write(inner)).toBe(JSON.stringify(inner));
});

it("refuses what JSON.stringify refuses", () => {
  const circle: Record<string, unknown> = { long };
  circle["self"] = [circle, circle];
  expect(() => new JsonWriter().write(circle)).toThrow(TypeError);
  expect(() => new JsonWriter().write({ long, big: 1n })).toThrow(TypeError);
});

it("writes values of all kinds one after the other", () => {
  const writer = new JsonWriter();
  const values = Array.from({ length: 500 }, (_, index) =>
    index % 97 === 0 ? { long, index } : { index, a: [`${index}`] },
  );
  for (const one of values) expect(writer.write(one)).toBe(JSON.stringify(one));
});

it("knows more names than it keeps", () => {
  const writer = new JsonWriter();
  for (let index = 0; index < 3000; index += 1) {
    const one = { [`name "${index}"`]: long, ["n".repeat(index)]: index };
    expect(writer.write(one)).toBe(JSON.stringify(one));
  }
});
