import { describe, expect, it } from "vitest";
import type { Parameter } from "../../../kit/src/index.js";
import { ask, EchoServer, serving, withParameters } from "./echo.js";

type Shape = Pick<Parameter, "type" | "items" | "members" | "style" | "explode">;

const text = { type: "string" } as const;
const integer = { type: "integer" } as const;
const list = { type: "array", items: "integer" } as const;
const record = { type: "object", members: { a: "integer", b: "string" } } as const;
const both = { a: 1, b: "x y" };

/** What is sent at the place of the parameter `p`, and what the method must get. */
type Case = readonly [shape: Shape, sent: string, want: unknown];

const paths: readonly Case[] = [
  [text, "a%2Fb", "a/b"],
  [integer, "-7", -7],
  [{ type: "boolean" }, "true", true],
  [list, "1,2", [1, 2]],
  [record, "a,1,b,x%20y", both],
  [{ ...record, explode: true }, "a=1,b=x%20y", both],
  [{ ...integer, style: "label" }, ".7", 7],
  [{ ...text, style: "label" }, ".", ""],
  [{ ...list, style: "label" }, ".1,2", [1, 2]],
  [{ ...list, style: "label", explode: true }, ".1.2", [1, 2]],
  [{ ...list, style: "label" }, ".", []],
  [{ ...record, style: "label" }, ".a,1,b,x%20y", both],
  [{ ...record, style: "label", explode: true }, ".a=1.b=x%20y", both],
  [{ ...integer, style: "matrix" }, ";p=7", 7],
  [{ ...text, style: "matrix" }, ";p", ""],
  [{ ...list, style: "matrix" }, ";p=1,2", [1, 2]],
  [{ ...list, style: "matrix", explode: true }, ";p=1;p=2", [1, 2]],
  [{ type: "array", style: "matrix", explode: true }, ";p", [""]],
  [{ ...record, style: "matrix" }, ";p=a,1,b,x%20y", both],
  [{ ...record, style: "matrix", explode: true }, ";a=1;b=x%20y", both],
  [{ type: "json" }, "%7B%22a%22%3A%5B1%5D%7D", { a: [1] }],
];

const queries: readonly Case[] = [
  [text, "p=a+b%26", "a b&"],
  [text, "p=", ""],
  [text, "p", ""],
  [text, "", undefined],
  [integer, "p=", ""],
  [list, "p=1&p=2", [1, 2]],
  [list, "p=1", [1]],
  [{ type: "array" }, "p=", [""]],
  [{ ...list, explode: false }, "p=1,2", [1, 2]],
  [{ ...list, explode: false }, "p=", []],
  [{ ...list, style: "spaceDelimited" }, "p=1%202", [1, 2]],
  [{ ...list, style: "spaceDelimited" }, "p=1+2", [1, 2]],
  [{ ...list, style: "pipeDelimited" }, "p=1|2", [1, 2]],
  [{ ...list, style: "pipeDelimited" }, "p=1%7C2", [1, 2]],
  [record, "a=1&b=x+y", both],
  [{ ...record, explode: false }, "p=a,1,b,x%20y", both],
  [{ ...record, explode: false }, "p=", {}],
  [{ ...record, style: "spaceDelimited" }, "p=a%201%20b%20x", { a: 1, b: "x" }],
  [{ ...record, style: "pipeDelimited" }, "p=a|1|b|x", { a: 1, b: "x" }],
  [{ ...record, style: "deepObject" }, "p[a]=1&p%5Bb%5D=x+y", both],
  [{ ...record, style: "deepObject" }, "", undefined],
  [{ type: "object", members: { a: "array" }, style: "deepObject" }, "p[a]=1", { a: ["1"] }],
  [{ type: "object", members: { a: "array" }, style: "deepObject" }, "p[a]=1&p[a]=2", { a: ["1", "2"] }],
  [{ type: "json" }, "p=%7B%22__proto__%22%3A1%7D", JSON.parse('{"__proto__":1}')],
];

const headers: readonly Case[] = [
  [text, "a b%20c", "a b%20c"],
  [integer, "7", 7],
  [list, "1, 2", [1, 2]],
  [list, "", []],
  [record, "a,1,b,x y", both],
  [{ ...record, explode: true }, "a=1,b=x y", both],
  [{ type: "json" }, '{"a":[1]}', { a: [1] }],
];

const cookies: readonly Case[] = [
  [text, "other=1; p=a%20b", "a b"],
  [text, "p=", ""],
  [integer, "p=7", 7],
  [{ ...list, explode: false }, "p=1,2", [1, 2]],
  [list, "p=1; p=2", [1, 2]],
  [record, "a=1; b=x%20y", both],
  [{ ...record, explode: false }, "p=a,1,b,x%20y", both],
  [{ type: "json" }, "p=%5B1%5D", [1]],
];

const places = {
  path: [paths, (port: number, sent: string) => ask(port, `/echo/${sent}`)],
  query: [queries, (port: number, sent: string) => ask(port, `/echo?${sent}`)],
  header: [headers, (port: number, sent: string) => ask(port, "/echo", { headers: { P: sent } })],
  cookie: [cookies, (port: number, sent: string) => ask(port, "/echo", { headers: { cookie: sent } })],
} as const;

describe.each(Object.entries(places))("parameters in %s", (place, [cases, send]) => {
  it.each(cases.map(([shape, sent, want]) => [JSON.stringify(shape), sent, shape, want] as const))(
    "%s of %s",
    async (_, sent, shape, want) => {
      const parameter = { name: "p", in: place as Parameter["in"], ...shape };
      const { status, json } = await serving(new EchoServer(withParameters([parameter])), (port) => send(port, sent));
      expect(status).toBe(200);
      expect(json).toEqual({ [place]: want === undefined ? {} : { p: want } });
    },
  );
});

it("keeps the members of an exploded object apart from other parameters", async () => {
  const parameters: Parameter[] = [
    { name: "p", in: "query", type: "object" },
    { name: "limit", in: "query", type: "integer" },
  ];
  const { json } = await serving(new EchoServer(withParameters(parameters)), (port) =>
    ask(port, "/echo?a=1&limit=2&__proto__=x"),
  );
  expect(json).toEqual({ query: { p: JSON.parse('{"a":"1","__proto__":"x"}') as unknown, limit: 2 } });
});

it("tells of a header called like a member of every object only what was sent", async () => {
  const parameters: Parameter[] = ["constructor", "__proto__"].map((name) => ({ name, in: "header", type: "string" }));
  await serving(new EchoServer(withParameters(parameters)), async (port) => {
    expect((await ask(port, "/echo")).json).toEqual({ header: {} });
    expect((await ask(port, "/echo", { headers: { constructor: "x" } })).json).toEqual({
      header: { constructor: "x" },
    });
  });
});
