import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Parameter } from "../../../kit/src/index.js";
import { deeperThan } from "../../../kit/src/server/json.js";
import { acceptable, parseMediaType } from "../../../kit/src/server/negotiate.js";
import { ParameterReader } from "../../../kit/src/server/parameters.js";
import { Router } from "../../../kit/src/server/router.js";

const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((value) => !/\p{Surrogate}/u.test(value));
const encode = (value: string) =>
  encodeURIComponent(value).replace(/[.!~*'()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
const decode = (
  parameter: Parameter,
  {
    path = {},
    query = "",
    headers = {},
  }: { path?: Record<string, string>; query?: string; headers?: Record<string, string> },
) =>
  new ParameterReader(
    [parameter],
    `/${Object.keys(path)
      .map((name) => `{${name}}`)
      .join("/")}`,
  ).read(Object.values(path), query, headers)[parameter.in]?.[parameter.name];

describe("parameters", () => {
  const list = (style: Parameter["style"], place: "path" | "query", explode: boolean): Parameter => ({
    name: "p",
    in: place,
    type: "array",
    explode,
    ...(style ? { style } : {}),
  });

  it.each<[string, Parameter, (items: string[]) => string]>([
    ["simple", list("simple", "path", false), (items) => items.join(",")],
    ["label", list("label", "path", false), (items) => `.${items.join(",")}`],
    ["label, exploded", list("label", "path", true), (items) => `.${items.join(".")}`],
    ["matrix", list("matrix", "path", false), (items) => `;p=${items.join(",")}`],
    ["matrix, exploded", list("matrix", "path", true), (items) => items.map((item) => `;p=${item}`).join("")],
    ["form", list("form", "query", false), (items) => `p=${items.join(",")}`],
    ["form, exploded", list("form", "query", true), (items) => items.map((item) => `p=${item}`).join("&")],
    ["spaceDelimited", list("spaceDelimited", "query", false), (items) => `p=${items.join("%20")}`],
    ["pipeDelimited", list("pipeDelimited", "query", false), (items) => `p=${items.join("|")}`],
  ])("reads back arrays of any text: %s", (_, parameter, write) => {
    const delimiter = new Map([
      ["spaceDelimited", " "],
      ["pipeDelimited", "|"],
    ]).get(parameter.style ?? "");
    // These two styles cannot tell a delimiter inside an item, even an encoded one, from one between items.
    const item = delimiter ? text.filter((value) => !value.includes(delimiter)) : text;
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), (items) => {
        const written = write(items.map(encode));
        const sources = parameter.in === "path" ? { path: { p: written } } : { query: written };
        expect(decode(parameter, sources)).toEqual(items);
      }),
    );
  });

  const members = fc.dictionary(text, text, { minKeys: 1 });
  const flat = (value: Record<string, string>) =>
    Object.entries(value).flatMap(([name, member]) => [encode(name), encode(member)]);
  const pairs = (value: Record<string, string>) =>
    Object.entries(value).map(([name, member]) => `${encode(name)}=${encode(member)}`);
  const record = (style: Parameter["style"], place: "path" | "query", explode: boolean): Parameter => ({
    ...list(style, place, explode),
    type: "object",
  });

  it.each<[string, Parameter, (value: Record<string, string>) => string]>([
    ["simple", record("simple", "path", false), (value) => flat(value).join(",")],
    ["simple, exploded", record("simple", "path", true), (value) => pairs(value).join(",")],
    ["label, exploded", record("label", "path", true), (value) => `.${pairs(value).join(".")}`],
    ["matrix", record("matrix", "path", false), (value) => `;p=${flat(value).join(",")}`],
    [
      "matrix, exploded",
      record("matrix", "path", true),
      (value) =>
        pairs(value)
          .map((pair) => `;${pair}`)
          .join(""),
    ],
    ["form", record("form", "query", false), (value) => `p=${flat(value).join(",")}`],
    [
      "deepObject",
      record("deepObject", "query", true),
      (value) =>
        Object.entries(value)
          .map(([name, member]) => `p[${encode(name)}]=${encode(member)}`)
          .join("&"),
    ],
  ])("reads back objects of any text: %s", (_, parameter, write) => {
    fc.assert(
      fc.property(members, (value) => {
        const written = write(value);
        const sources = parameter.in === "path" ? { path: { p: written } } : { query: written };
        expect(Object.entries(decode(parameter, sources) as object).sort()).toEqual(Object.entries(value).sort());
      }),
    );
  });

  it("reads numbers and booleans in JSON's spelling only", () => {
    const read = (type: Parameter["type"], value: string) =>
      decode({ name: "p", in: "query", type }, { query: `p=${encode(value)}` });
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => void expect(read("integer", String(value))).toBe(value)));
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (value) => void expect(read("number", JSON.stringify(value))).toBe(value + 0),
      ),
    );
    for (const odd of ["0x10", " 1", "1 ", "", "+1", "01", "1e999", "NaN", "9007199254740993"])
      expect(read("integer", odd)).toBe(odd);
    expect([read("boolean", "true"), read("boolean", "TRUE"), read("boolean", "1")]).toEqual([true, "TRUE", "1"]);
  });

  it("cannot touch prototypes", () => {
    const parameter: Parameter = { name: "p", in: "query", type: "object", style: "deepObject", explode: true };
    const value = decode(parameter, { query: "p[__proto__]=x&p[constructor]=y" }) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
  });

  it("reads headers in any case, cookies, and typed members", () => {
    expect(
      decode({ name: "X-Ids", in: "header", type: "array", items: "integer" }, { headers: { "x-ids": "1, 2" } }),
    ).toEqual([1, 2]);
    expect(decode({ name: "c", in: "cookie", type: "integer" }, { headers: { cookie: "a=b; c=7" } })).toBe(7);
    const filter: Parameter = { name: "f", in: "query", type: "object", members: { n: "integer" } };
    expect(decode(filter, { query: "n=3&other=4" })).toEqual({ n: 3 });
    expect(decode({ name: "j", in: "query", type: "json" }, { query: "j=%7B%22a%22%3A1%7D" })).toEqual({ a: 1 });
  });
});

describe("the router", () => {
  const router = new Router<string>();
  for (const route of [
    "GET /v1/runs/{id}",
    "POST /v1/runs/{run_id}:cancel",
    "GET /v1/runs/{id}/events",
    "GET /v1/runs/latest",
  ]) {
    const [method = "", path = ""] = route.split(" ");
    router.add(method, path, route);
  }

  it("gives back any id", () => {
    fc.assert(
      fc.property(text, (id) => {
        const found = (method: string, path: string) => {
          const result = router.find(method, path);
          return result.kind === "found"
            ? [result.match.route, ...result.match.values.map(decodeURIComponent)]
            : result.kind;
        };
        fc.pre(id !== "latest");
        expect(found("GET", `/v1/runs/${encode(id)}`)).toEqual(["GET /v1/runs/{id}", id]);
        expect(found("POST", `/v1/runs/${encode(id)}:cancel`)).toEqual(["POST /v1/runs/{run_id}:cancel", id]);
        expect(found("GET", `/v1/runs/${encode(id)}:cancel`)).toEqual(["GET /v1/runs/{id}", `${id}:cancel`]);
        expect(found("GET", `/v1/runs/${encode(id)}/events`)).toEqual(["GET /v1/runs/{id}/events", id]);
      }),
    );
  });

  it("prefers literal text, and goes back when that leads nowhere", () => {
    const other = new Router<number>();
    other.add("GET", "/a/b/x", 1);
    other.add("GET", "/a/{v}/y", 2);
    other.add("GET", "/{p}-{q}.json", 3);
    other.add("GET", "/{name}.json", 4);
    const route = (path: string) => {
      const result = other.find("GET", path);
      return result.kind === "found" ? [result.match.route, ...result.match.values] : result.kind;
    };
    expect(route("/a/b/x")).toEqual([1]);
    expect(route("/a/b/y")).toEqual([2, "b"]);
    expect(route("/1.5.json")).toEqual([4, "1.5"]);
    other.add("GET", "/tiles/{x}-{y}.{format}", 7);
    expect(route("/tiles/1.5-2.5.png")).toEqual([7, "1.5", "2.5", "png"]);
    expect(route("/tiles/1-2.")).toBe("none");
    other.add("GET", "/frames/{day}F{start}T{end}F", 8);
    expect(route("/frames/%3FF%3FTbF")).toEqual([8, "%3F", "%3F", "b"]);
    expect(route("/frames/aFbT%3F")).toBe("none");
    other.add("GET", "/pages/{name}{type}", 6);
    expect(route("/pages/a.b.html")).toEqual([6, "a.b", ".html"]);
    expect(route("/pages/%C3x")).toEqual([6, "%C3", "x"]);
    expect(route("/pages/.ab")).toEqual([6, ".", "ab"]);
    expect(route("/pages/a")).toBe("none");
    expect(route("/m-n-o.json")).toEqual([3, "m", "n-o"]);
    expect(route("/m.json")).toEqual([4, "m"]);
    expect(route("/.json")).toBe("none");
    expect(() => other.add("GET", "/a/{w}/y", 5)).toThrow(/two routes/);
  });

  it("takes no longer than the path is long", () => {
    const deep = new Router<number>();
    deep.add("GET", `/${"{v}/".repeat(20)}end`, 1);
    deep.add("GET", `/${"a/".repeat(20)}fin`, 2);
    // With a way for each choice there would be a million steps to each path: the test's time is up long before.
    for (let index = 0; index < 1000; index += 1) {
      expect(deep.find("GET", `/${"a/".repeat(20)}none`)).toEqual({ kind: "none" });
    }
  });
});

describe("json and media types", () => {
  it("measures depth as a parser would", () => {
    const depth = (value: unknown): number =>
      typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const written = JSON.stringify(value);
        expect(deeperThan(written, depth(value))).toBe(false);
        if (depth(value) > 0) expect(deeperThan(written, depth(value) - 1)).toBe(true);
      }),
    );
  });

  it("chooses by quality, then by the contract's order", () => {
    const media = ["application/json", "text/event-stream"].map((type) => ({ type, format: "json" }) as const);
    const choose = (accept?: string) => acceptable(media, accept)?.type;
    expect(choose()).toBe("application/json");
    expect(choose("*/*")).toBe("application/json");
    expect(choose("text/event-stream, application/json;q=0.9")).toBe("text/event-stream");
    expect(choose("application/json;q=0, */*")).toBe("text/event-stream");
    expect(choose("image/png")).toBeUndefined();
    expect(parseMediaType('Text/Plain; Charset="utf;-8"')).toMatchObject({
      type: "text/plain",
      parameters: { charset: "utf;-8" },
    });
  });
});
