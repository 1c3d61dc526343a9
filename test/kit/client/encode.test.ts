import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidRequestError, type RequestObject } from "../../../kit/src/client/index.js";
import { styledParameters } from "../../../kit/src/client/styles.js";
import type { Parameter } from "../../../kit/src/operation.js";
import { Client, failure, service } from "./fixtures.js";

const color = (rest: Partial<Parameter>): Parameter => ({ name: "color", in: "query", type: "string", ...rest });
const query = (parameter: Parameter, value: unknown) =>
  styledParameters({ name: "op", path: "", parameters: [parameter] }).target({ query: { color: value } });
const path = (template: string, parameter: Parameter, value: unknown) =>
  styledParameters({ name: "op", path: template, parameters: [parameter] }).target({ path: { color: value } });
const headers = (parameters: Parameter[], request: RequestObject) => {
  const into: Record<string, string> = {};
  styledParameters({ name: "op", path: "", parameters }).headers?.(request, into);
  return into;
};
const list = ["blue", "bl ack"];
const map = { R: 100, G: "a,b" };

test.each<[string, Partial<Parameter>, unknown, string]>([
  ["form", {}, "a b&c", "color=a%20b%26c"],
  ["form, empty", {}, "", "color="],
  ["form exploded array", {}, list, "color=blue&color=bl%20ack"],
  ["form array", { explode: false }, list, "color=blue,bl%20ack"],
  ["form exploded object", {}, map, "R=100&G=a%2Cb"],
  ["form object", { explode: false }, map, "color=R,100,G,a%2Cb"],
  ["spaceDelimited", { style: "spaceDelimited" }, ["blue", "b|,"], "color=blue%20b%7C%2C"],
  ["pipeDelimited", { style: "pipeDelimited" }, list, "color=blue%7Cbl%20ack"],
  ["deepObject", { style: "deepObject" }, map, "color[R]=100&color[G]=a%2Cb"],
  ["json", { type: "json" }, map, "color=%7B%22R%22%3A100%2C%22G%22%3A%22a%2Cb%22%7D"],
  ["allowReserved", { allowReserved: true }, "/a?b=c:d#e&f+g", "color=/a?b=c:d%23e%26f%2Bg"],
  ["undefined", {}, undefined, ""],
  ["empty array", {}, [], ""],
  ["boolean", {}, false, "color=false"],
  ["own __proto__", { style: "deepObject" }, JSON.parse('{"__proto__":"x"}'), "color[__proto__]=x"],
  ["inherited members", {}, Object.create({ a: 1 }), ""],
])("query: %s", (_, rest, value, want) => {
  expect(query(color(rest), value)).toBe(want && `?${want}`);
});

test.each<[Partial<Parameter>, unknown]>([
  [{ style: "spaceDelimited" }, list],
  [{ style: "pipeDelimited" }, ["a|b"]],
  [{ style: "pipeDelimited", type: "object" }, { "a|b": 1 }],
  [{ in: "header", type: "array" }, ["a,b"]],
  [{ in: "header", type: "object" }, map],
  [{ in: "header", type: "object", explode: true }, { "a,b": 1 }],
])("an item that would arrive as two is refused: %j of %j", (rest, value) => {
  const parameter = color(rest);
  const write = () => [query(parameter, value), headers([parameter], { header: { color: value } })];
  expect(write).toThrow(InvalidRequestError);
  expect(write).toThrow(/would divide it/);
});

test.each<[Partial<Parameter>, unknown, string]>([
  [{}, "a/b:c", "a%2Fb%3Ac"],
  [{ allowReserved: true }, "../x?a=b#c", "..%2Fx%3Fa%3Db%23c"],
  [{}, list, "blue,bl%20ack"],
  [{}, map, "R,100,G,a%2Cb"],
  [{ explode: true }, map, "R=100,G=a%2Cb"],
  [{ style: "label" }, list, ".blue,bl%20ack"],
  [{ style: "label", explode: true }, list, ".blue.bl%20ack"],
  [{ style: "matrix" }, list, ";color=blue,bl%20ack"],
  [{ style: "matrix", explode: true }, list, ";color=blue;color=bl%20ack"],
  [{ style: "matrix", explode: true }, map, ";R=100;G=a%2Cb"],
  [{ style: "matrix" }, map, ";color=R,100,G,a%2Cb"],
])("path: %j of %j", (rest, value, want) => {
  expect(path("/x/{color}:y", color({ in: "path", ...rest }), value)).toBe(`/x/${want}:y`);
});

test("whatever an id holds, it stays within its segment or is refused", () => {
  const parameter = color({ in: "path" });
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(".", "..", "", "%2e%2e", "../../admin", "a\\b", "?x#y")),
      (id) => {
        let target: string;
        try {
          target = path("/v1/{color}/end", parameter, id);
        } catch (error) {
          expect(error).toMatchObject({ violations: [{ pointer: "/path/color" }] });
          return;
        }
        const { pathname, search, hash } = new URL(`http://h${target}`);
        expect(search + hash).toBe("");
        expect(pathname.split("/").length).toBe(4);
        expect(decodeURIComponent(pathname.split("/")[2] ?? "")).toBe(id);
      },
    ),
  );
});

test.each([".", "..", ""])("the id %j is refused before anything is sent", async (run_id) => {
  const client = new Client(service, { fetch: () => Promise.reject(new Error("sent")) });
  const error = await failure(client.call("getRun", { path: { run_id } }));
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect((error as InvalidRequestError).violations[0]?.pointer).toBe("/path/run_id");
});

test("headers: no line breaks, reserved names left alone, arrays by comma", () => {
  const header = (name: string): Parameter => ({ name, in: "header", type: "string" });
  const given = { header: { "X-A": ["a", 1], Authorization: "x" } };
  expect(headers([header("X-A"), header("Authorization")], given)).toEqual({ "x-a": "a,1" });
  for (const bad of ["a\r\nX-Admin: 1", "a\nb", "a\0", "日"]) {
    expect(() => headers([header("X-A")], { header: { "X-A": bad } })).toThrow(/Latin-1 without controls/);
  }
});

test("headers: JSON of any text", () => {
  const parameter: Parameter = { name: "X-J", in: "header", type: "json" };
  const value = { 日本: ["ä, b", "\u007f", null] };
  const { "x-j": text = "" } = headers([parameter], { header: { "X-J": value } });
  expect(text).toMatch(/^[ -~]+$/);
  expect(JSON.parse(text)).toEqual(value);
});

test("a header of the options is checked in the same way", async () => {
  const headers = { "x-a": "a\r\nb: c" };
  expect(() => new Client(service, { headers })).toThrow(InvalidRequestError);
  expect(() => new Client(service, { userAgent: "a\nb" })).toThrow(InvalidRequestError);
  expect(await failure(new Client(service).call("health", {}, { headers }))).toBeInstanceOf(InvalidRequestError);
});

test("cookies", () => {
  const cookie = (name: string): Parameter => ({ name, in: "cookie", type: "string" });
  expect(headers([cookie("a"), cookie("b")], { cookie: { a: "x; y", b: 2 } })).toEqual({ cookie: "a=x%3B%20y; b=2" });
});
