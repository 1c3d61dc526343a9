/** What the client writes in any style, the server reads back: all places, styles and shapes of OpenAPI. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { styledParameters } from "../../../kit/src/client/styles.js";
import type { Parameter, ParameterPlace } from "../../../kit/src/operation.js";
import { ParameterReader } from "../../../kit/src/server/parameters.js";

const styles = {
  path: ["simple", "label", "matrix"],
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject"],
  header: ["simple"],
  cookie: ["form"],
} as const;

const anyText = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\p{Surrogate}/u.test(text));

/** Texts that the style can tell apart from its own signs. */
function textFor({ in: place, style, type, explode }: Parameter): fc.Arbitrary<string> {
  // A header is not encoded: it keeps what HTTP keeps, and commas divide.
  if (place === "header") {
    return fc
      .string({ minLength: 1 })
      .filter((text) => /^[!-~]([ -~]*[!-~])?$/.test(text) && (type === "string" || !/[,=]/.test(text)));
  }
  // These two styles cannot tell a delimiter inside an item, even an encoded one, from one between items.
  if (style === "spaceDelimited" && !explode) return anyText.filter((text) => !text.includes(" "));
  if (style === "pipeDelimited" && !explode) return anyText.filter((text) => !text.includes("|"));
  return anyText;
}

function roundTrip(parameter: Parameter, value: unknown): unknown {
  const { name, in: place } = parameter;
  const writer = styledParameters({
    name: "op",
    path: place === "path" ? `/x/{${name}}/y` : "/x",
    parameters: [parameter],
  });
  const request = { [place]: { [name]: value } };
  const headers: Record<string, string> = {};
  writer.headers?.(request, headers);
  const [, path = "", query = ""] = /^([^?]*)\??(.*)$/s.exec(writer.target(request)) ?? [];
  const reader = new ParameterReader([parameter], `/x/{${name}}/y`);
  return reader.read([path.split("/")[2] ?? ""], query, headers)[place]?.[name];
}

const cases = (Object.keys(styles) as ParameterPlace[]).flatMap((place) =>
  styles[place].flatMap((style) =>
    [true, false].map((explode): [string, Omit<Parameter, "type">] => [
      `${place}, ${style}${explode ? ", exploded" : ""}`,
      { name: "p", in: place, style, explode },
    ]),
  ),
);

const notDeep = cases.filter(([, { style }]) => style !== "deepObject");

describe.each(notDeep)("%s", (_, common) => {
  const { in: place } = common;

  test("texts", () => {
    const parameter: Parameter = { ...common, type: "string" };
    // In the path "." and ".." cannot be said, and a label puts a dot before its text.
    const text = textFor(parameter).filter((text) => place !== "path" || !/^\.{1,2}$/.test(text));
    fc.assert(fc.property(text, (value) => void expect(roundTrip(parameter, value)).toBe(value)));
  });

  test("numbers and booleans", () => {
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(numbers, (n) => void expect(roundTrip({ ...common, type: "number" }, n)).toBe(n + 0)));
    for (const truth of [true, false]) expect(roundTrip({ ...common, type: "boolean" }, truth)).toBe(truth);
  });

  test("arrays", () => {
    const parameter: Parameter = { ...common, type: "array" };
    const items = fc
      .array(textFor(parameter), { minLength: 1 })
      .filter((list) => !(place === "path" && /^\.{0,2}$/.test(list.join(","))));
    fc.assert(fc.property(items, (list) => void expect(roundTrip(parameter, list)).toEqual(list)));
    expect(roundTrip({ ...parameter, items: "integer" }, [1, -2, 3])).toEqual([1, -2, 3]);
  });
});

// OpenAPI has no objects in the two delimited styles.
test.each(cases.filter(([, { style }]) => style !== "spaceDelimited" && style !== "pipeDelimited"))(
  "objects: %s",
  (_, common) => {
    const parameter: Parameter = { ...common, type: "object" };
    const text = textFor(parameter);
    // A name in brackets ends at one; beside others, a member called like a parameter is that parameter.
    const name = text.filter((each) => (common.style === "deepObject" ? !/[[\]]/.test(each) : !/^p(\[|$)/.test(each)));
    fc.assert(
      fc.property(fc.dictionary(name, text, { minKeys: 1 }), (value) => {
        const back = roundTrip(parameter, value) as object;
        expect(Object.entries(back).sort()).toEqual(Object.entries(value).sort());
      }),
    );
    const typed: Parameter = { ...parameter, members: { n: "integer", b: "boolean" } };
    expect(roundTrip(typed, { n: 3, b: true })).toEqual({ n: 3, b: true });
  },
);

test.each(["path", "query", "cookie"] as const)("JSON in a parameter of the %s is itself again", (place) => {
  const parameter: Parameter = { name: "p", in: place, type: "json" };
  fc.assert(
    fc.property(fc.json(), (json) => {
      const value: unknown = JSON.parse(json);
      expect(roundTrip(parameter, value)).toEqual(value);
    }),
  );
});

test("reserved characters go out as they are where the contract allows it, and come back", () => {
  const scalar: Parameter = { name: "p", in: "query", type: "string", allowReserved: true };
  fc.assert(fc.property(anyText, (value) => void expect(roundTrip(scalar, value)).toBe(value)));
  const list: Parameter = { ...scalar, type: "array", explode: false };
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1 }), (value) => void expect(roundTrip(list, value)).toEqual(value)),
  );
});

test.each<[Partial<Parameter>, unknown, unknown]>([
  [{ in: "query" }, "", ""],
  [{ in: "query", type: "array" }, [], undefined],
  [{ in: "query", type: "array", explode: false }, [], undefined],
  [{ in: "query", type: "object", style: "deepObject" }, {}, undefined],
  [{ in: "cookie" }, "", ""],
  [{ in: "header" }, "", ""],
  [{ in: "header", type: "array" }, [], []],
  [{ in: "path", style: "matrix" }, "", ""],
  [{ in: "path", style: "matrix", type: "array" }, [], []],
  [{ in: "path", style: "matrix", type: "array", explode: true }, [], []],
  [{ in: "path", style: "matrix", type: "object" }, {}, {}],
])("what is empty: %j of %j arrives as %j", (rest, value, want) => {
  expect(roundTrip({ name: "p", in: "query", type: "string", ...rest }, value)).toEqual(want);
});
