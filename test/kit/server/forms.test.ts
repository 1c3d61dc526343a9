import { describe, expect, it } from "vitest";
import type { FormField, Media } from "../../../kit/src/index.js";
import { ask, describing, EchoServer, serving } from "./echo.js";

const fields: Record<string, FormField> = {
  count: { type: "integer" },
  tags: { type: "array", items: "integer" },
  note: { type: "json", contentType: "application/json" },
  point: { type: "object" },
  piped: { type: "array", items: "integer", style: "pipeDelimited", explode: false },
  filter: { type: "object", members: { size: "integer" }, style: "deepObject" },
  csv: { type: "string", contentType: "text/csv" },
  scan: { type: "string", bytes: true },
  nested: { type: "array", items: "array" },
  commas: { type: "array", items: "string", style: "form", explode: false },
  box: { type: "object", members: { width: "integer" }, style: "form", explode: true },
};

const media: Media[] = [
  { type: "application/x-www-form-urlencoded", format: "form", fields },
  { type: "multipart/form-data", format: "multipart", fields },
  { type: "application/json", format: "json" },
  { type: "image/*", format: "binary" },
  { type: "text/plain", format: "text" },
];

const server = () =>
  new EchoServer(describing({ body: { content: media } }), async ({ body }) => {
    if (body instanceof Uint8Array) return { bytes: [...body] };
    if (typeof body !== "object" || body === null || Array.isArray(body)) return { body };
    const members = Object.entries(body).map(async ([name, value]) => [
      name,
      value instanceof File ? { file: value.name, type: value.type, text: await value.text() } : value,
    ]);
    return { body: Object.fromEntries(await Promise.all(members)) as unknown };
  });

const post = (type: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  serving(server(), (port) =>
    ask(port, "/echo", { method: "POST", headers: { "content-type": type, ...headers }, body }),
  );

describe("urlencoded", () => {
  it.each<[string, object]>([
    ["count=7&a=x+y&a=%26&b", { count: 7, a: ["x y", "&"], b: "" }],
    ["tags=1", { tags: [1] }],
    ["tags=1&tags=2", { tags: [1, 2] }],
    ["count=many", { count: "many" }],
    ['note=%5B1%2C2%5D&point={"x":1}', { note: [1, 2], point: { x: 1 } }],
    ["nested=[1,2]&nested=[3]", { nested: [[1, 2], [3]] }],
    ["note=nonsense", { note: "nonsense" }],
    ["piped=1|2&filter[size]=3&width=4&other=5", { piped: [1, 2], filter: { size: 3 }, box: { width: 4 }, other: "5" }],
    ["constructor=x&toString=y", { constructor: "x", toString: "y" }],
  ])("reads %s", async (text, want) => {
    expect((await post("application/x-www-form-urlencoded", text)).json).toEqual({ body: want });
  });

  it("takes hostile names as ordinary data", async () => {
    const { text } = await post("application/x-www-form-urlencoded", "__proto__=x&__proto__=y");
    expect(text).toBe('{"body":{"__proto__":["x","y"]}}');
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  it.each([
    ["a broken percent-encoding", "a=%zz"],
    ["a broken percent-encoding of a styled field", "piped=%zz"],
    ["more fields than anybody means", "a=&".repeat(200_000)],
  ])("refuses %s", async (_, text) => {
    const { status, json } = await post("application/x-www-form-urlencoded", text);
    expect([status, json]).toMatchObject([400, { code: "malformed_body" }]);
  });
});

describe("multipart", () => {
  const part = (name: string, value: string, more = "") =>
    `--limit\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const form = (...parts: string[]) => `${parts.join("")}--limit--\r\n`;
  const send = (body: string) => post('multipart/form-data; boundary="limit"', body);

  it("reads values, lists, files and styled fields", async () => {
    const json = '; filename="n"\r\ncontent-type: application/vnd.x+json';
    const file = '; filename="a.png"\r\ncontent-type: image/png';
    const { json: got } = await send(
      form(
        part("count", "7"),
        part("tags", "1"),
        part("point", '{"x":1}', json),
        part("image", "bytes", file),
        part("piped", "1|2"),
        part("filter[size]", "3"),
        part("free", "a%b"),
      ),
    );
    expect(got).toEqual({
      body: {
        count: 7,
        tags: [1],
        point: { x: 1 },
        image: { file: "a.png", type: "image/png", text: "bytes" },
        piped: [1, 2],
        filter: { size: 3 },
        free: "a%b",
      },
    });
  });

  it("reads declared fields as what they are, be they sent as files or as texts", async () => {
    const file = (type: string) => `; filename="blob"\r\ncontent-type: ${type}`;
    const { json: got } = await send(
      form(
        part("csv", "ä,b", file("text/csv")),
        part("count", "7", file("text/plain")),
        part("scan", "bytes"),
        part("scan", "{}", file("application/json")),
        part("nested", "[1,2]"),
        part("commas", "a,b%2C"),
      ),
    );
    expect(got).toMatchObject({ body: { csv: "ä,b", count: 7, nested: [[1, 2]], commas: ["a", "b%2C"] } });
    const { text } = await send(form(part("scan", "bytes")));
    expect(text).toBe('{"body":{"scan":{"file":"scan","type":"","text":"bytes"}}}');
  });

  it.each([
    ["has no end", `${part("a", "b")}--lim`],
    ["is no form", "nonsense"],
    ["has more parts than anybody means", form(part("a", "b").repeat(1001))],
  ])("refuses one that %s", async (_, body) => {
    const { status, json } = await send(body);
    expect([status, json]).toMatchObject([400, { code: "malformed_body" }]);
  });
});

describe("several media types", () => {
  it("reads each by its own rules", async () => {
    expect((await post("application/json;charset=UTF-8", "[1]")).json).toEqual({ body: [1] });
    expect((await post("image/png", new Uint8Array([0, 255]))).json).toEqual({ bytes: [0, 255] });
    expect((await post("TEXT/PLAIN", "ä")).json).toEqual({ body: "ä" });
  });

  it.each([
    ["another type", "application/xml", {}],
    ["no type at all", "nonsense", {}],
    ["another charset", "text/plain; charset=latin1", {}],
    ["gzip", "text/plain", { "content-encoding": "gzip" }],
    ["br after identity", "application/json", { "content-encoding": "identity, br" }],
  ])("refuses %s", async (_, type, headers) => {
    const { status, json } = await post(type, "x", headers);
    expect([status, json]).toMatchObject([415, { code: "unsupported_media_type" }]);
  });
});
