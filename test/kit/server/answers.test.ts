import { describe, expect, it } from "vitest";
import type { ResponseHeader } from "../../../kit/src/index.js";
import { type Reply, reply } from "../../../kit/src/server/index.js";
import { schema } from "../schema.js";
import { ask, describing, EchoServer, serving } from "./echo.js";

const content = [
  { type: "application/json", format: "json", schema: schema("Answer", {}) },
  { type: "text/plain", format: "text" },
  { type: "application/octet-stream", format: "binary" },
] as const;

describe("media types of an answer", () => {
  const server = () => new EchoServer(describing({ method: "GET", responses: { 200: { content } } }), () => "hi");

  it.each([
    ["", "application/json", '"hi"'],
    ["text/plain", "text/plain", "hi"],
    ["text/*;q=0.5, application/json;q=0.4", "text/plain", "hi"],
    ["application/*", "application/json", '"hi"'],
    ["application/json;q=0, application/*", "application/octet-stream", "hi"],
    ["nonsense", "application/json", '"hi"'],
  ])("Accept: %s", async (accept, type, text) => {
    const headers: Record<string, string> = accept === "" ? {} : { accept };
    const got = await serving(server(), (port) => ask(port, "/echo", { headers }));
    expect([got.status, got.text]).toEqual([200, text]);
    expect(got.head.toLowerCase()).toContain(`content-type: ${type}`);
  });

  it("refuses what it does not have", async () => {
    const got = await serving(server(), (port) => ask(port, "/echo", { headers: { accept: "image/png, text/*;q=0" } }));
    expect([got.status, got.json]).toMatchObject([406, { code: "not_acceptable" }]);
  });
});

describe("headers of an answer", () => {
  const headers: Record<string, ResponseHeader> = {
    "X-Count": { type: "integer", required: true },
    "X-Ids": { type: "array", items: "integer" },
    "X-Done": { type: "boolean" },
    "X-Rgb": { type: "object", members: { r: "integer" } },
    "X-Rate": { type: "object", items: "integer", explode: true },
    "X-Meta": { type: "json" },
  };
  const answering = async (given: Parameters<typeof reply>[2], validateResponses = true) => {
    const description = describing({ method: "GET", responses: { 200: { content, headers } } });
    const server = new EchoServer(description, () => reply(200, {}, given), { validateResponses });
    return await serving(server, (port) => ask(port, "/echo"));
  };

  it("go out as the contract has them, others beside them", async () => {
    const { status, head } = await answering({ "x-count": 3, "X-Ids": [1, 2], "X-Done": true, "X-More": "any" });
    expect([status, head.toLowerCase()]).toEqual([
      200,
      expect.stringMatching(/x-count: 3\r\nx-ids: 1, 2\r\nx-done: true\r\nx-more: any/),
    ]);
  });

  it("may be objects and JSON; what is not there is left out", async () => {
    const given = { "X-Rgb": { r: 1, name: "red", g: undefined }, "X-Rate": { a: 1, b: 2 }, "X-Meta": ["ä,", null] };
    const more = { "X-More": { a: "b" }, "X-Ids": undefined, "X-Done": null } as object;
    const { status, head } = await answering({ "X-Count": 1, ...given, ...more });
    expect(status).toBe(200);
    expect(head).toContain('x-rgb: r,1,name,red\r\nx-rate: a=1,b=2\r\nx-meta: ["\\u00e4,",null]\r\nx-more: a,b\r\n');
    expect(head).not.toMatch(/x-ids|x-done/);
  });

  it.each([
    ["a missing one", {}],
    ["a comma in an item of a list", { "x-count": 1, "x-rgb": { name: "a,b" } }],
    ["a member of another type", { "x-count": 1, "x-rgb": { r: "red" } }],
    ["another member of another type", { "x-count": 1, "x-rate": { any: "red" } }],
    ["a member whose name has a comma", { "x-count": 1, "x-rate": { "a,b": 1 } }],
    ["a number with a fraction", { "x-count": 1.5 }],
    ["text for a number", { "x-count": "many" }],
    ["text in a list of numbers", { "x-count": 1, "x-ids": [1, "b"] }],
    ["text for a boolean", { "x-count": 1, "x-done": "yes" }],
    ["a line break", { "x-count": 1, "x-more": "a\r\nset-cookie: b" }],
  ])("are checked: %s", async (_, given) => {
    const { status, json, head } = await answering(given);
    expect([status, json]).toMatchObject([500, { code: "internal_error" }]);
    expect(head.toLowerCase()).not.toContain("set-cookie");
  });

  it("have the contract's types in a generated server, where others may stand beside them", () => {
    type Listing = Reply<
      object,
      { "X-Count"?: number; "X-Ids"?: number[]; "X-Rgb"?: { r?: number; [more: string]: unknown } }
    >;
    const plain: Listing = reply(200, {});
    const full: Listing = reply(200, {}, { "X-Count": 3, "X-Ids": [1], "X-More": "any", "X-Rgb": { r: 1 } });
    // @ts-expect-error a text is no number
    const wrong: Listing = reply(200, {}, { "X-Count": "many" });
    expect([plain, full, wrong].map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("are not checked when answers are not", async () => {
    expect((await answering({}, false)).status).toBe(200);
  });
});
