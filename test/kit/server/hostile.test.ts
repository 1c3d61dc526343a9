import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import type { Media, Schema } from "../../../kit/src/index.js";
import { schema } from "../schema.js";
import { ask, describing, EchoServer, exchange, serving, withParameters } from "./echo.js";

const json: Media[] = [{ type: "application/json", format: "json" }];
const open = (request?: Schema) => describing({ body: { required: true, content: json }, ...(request && { request }) });
const post = (body: string | Uint8Array, description = open()) =>
  serving(new EchoServer(description), (port) =>
    ask(port, "/echo", { method: "POST", headers: { "content-type": "application/json" }, body }),
  );

const head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
const health = "GET /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

describe("hostile JSON", () => {
  it("never pollutes a prototype, and members called so are ordinary data", async () => {
    const sent = '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}';
    expect((await post(sent)).text).toBe(`{"body":${sent}}`);
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  it("judges what the method gets: the last of two members of one name", async () => {
    const body = { type: "object", properties: { a: { type: "integer" } } };
    const description = open(schema("Request", { type: "object", properties: { body } }));
    expect((await post('{"a":"x","a":1}', description)).json).toEqual({ body: { a: 1 } });
    expect((await post('{"a":1,"a":"x"}', description)).status).toBe(400);
  });

  it.each([
    ["arrays", "[".repeat(100_000) + "]".repeat(100_000)],
    ["objects", '{"a":'.repeat(100_000)],
    ["arrays after a text full of brackets", `["${"[".repeat(1000)}",${"[".repeat(250)}1${"]".repeat(250)}]`],
  ])("refuses deep nesting: %s", async (_, body) => {
    const { status, json: problem } = await post(body);
    expect([status, problem]).toMatchObject([400, { code: "malformed_body", message: /nested deeper/ }]);
  });

  it("takes brackets in texts for what they are, and nesting within the limit", async () => {
    expect((await post(JSON.stringify("[".repeat(1000)))).status).toBe(200);
    expect((await post("[".repeat(200) + "]".repeat(200))).status).toBe(200);
    expect((await post(`[${"[],".repeat(1000)}[]]`)).status).toBe(200);
  });

  it.each([
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["a lone continuation", [0x22, 0x80, 0x22]],
    ["a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a cut character", [0x22, 0xe2, 0x82]],
  ])("refuses invalid UTF-8: %s", async (_, bytes) => {
    const { status, json: problem } = await post(new Uint8Array(bytes));
    expect([status, problem]).toMatchObject([400, { code: "malformed_body" }]);
  });

  it("names few of very many violations", async () => {
    const body = { type: "array", items: { type: "string" } };
    const description = open(schema("Request", { type: "object", properties: { body } }));
    const { status, json: problem } = await post(`[${"1,".repeat(50_000)}1]`, description);
    expect(status).toBe(400);
    expect((problem as { details: { errors: unknown[] } }).details.errors).toHaveLength(50);
  });
});

describe("hostile parameters", () => {
  const description = withParameters([
    { name: "q", in: "query", type: "json" },
    { name: "c", in: "cookie", type: "string" },
  ]);
  const get = (target: string, headers: Record<string, string> = {}) =>
    serving(new EchoServer(description), (port) => ask(port, target, { headers }));

  it.each([
    ["thousands in the query", `/echo?${"a&".repeat(5000)}`, {}],
    ["thousands of cookies", "/echo", { cookie: "a=1;".repeat(2000) }],
    ["deep nesting", `/echo?q=${"[".repeat(5000)}`, {}],
    ["no JSON", "/echo?q={", {}],
    ["a broken percent-encoding", "/echo?q=%E0%A4%A", {}],
  ])("refuses %s", async (_, target, headers) => {
    const { status, json: problem } = await get(target, headers);
    expect([status, problem]).toMatchObject([400, { code: "invalid_request" }]);
  });

  it("refuses more headers than 16 KiB hold", async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`h${index}`, "x"]));
    expect((await get("/echo", many)).status).toBe(431);
  });
});

describe("hostile transfer", () => {
  it("tells the method nothing of a body that is cut off, and serves the next client", async () => {
    let called = 0;
    const server = new EchoServer(open(), () => {
      called += 1;
      return {};
    });
    await serving(server, async (port) => {
      for (const start of ['content-length: 10\r\n\r\n{"a"', 'transfer-encoding: chunked\r\n\r\n4\r\n{"a"\r\n']) {
        await new Promise<void>((resolve) => {
          const socket = connect(port, "127.0.0.1", () =>
            socket.write(head + start, () => setTimeout(() => socket.destroy(), 20)),
          );
          socket.on("close", () => resolve());
        });
      }
      expect((await ask(port, "/echo", { method: "POST", body: "{}" })).status).toBe(200);
    });
    expect(called).toBe(1);
  });

  it.each([
    ["a chunk without a size", "transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"],
    ["a length that is no number", "content-length: many\r\n\r\n{}"],
    ["two lengths", "content-length: 2\r\ncontent-length: 3\r\n\r\n{}"],
    ["a length and chunks", "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
  ])("refuses %s in the protocol's own shape", async (_, rest) => {
    const received = await serving(new EchoServer(open()), (port) => exchange(port, head + rest));
    expect(received).toMatch(/^HTTP\/1.1 400 [\s\S]*"code":"invalid_request"/);
  });

  it("gives up on a client that sends its body too slowly", async () => {
    const received = await serving(
      new EchoServer(open()),
      (port) => exchange(port, `${head}content-length: 10\r\n\r\n{`),
      { timeouts: { request: 100 } },
    );
    expect(received).toMatch(/^HTTP\/1.1 408 /);
  });

  it("gives up on a client that sends its head too slowly", async () => {
    const received = await serving(new EchoServer(open()), (port) => exchange(port, "POST /echo"), {
      timeouts: { headers: 100 },
    });
    expect(received).toMatch(/^HTTP\/1.1 408 /);
  });

  it("reads no more of a large body than the limit, chunked or not, and keeps the connection", async () => {
    const limits = { body: 1000 };
    const big = "x".repeat(200_000);
    await serving(new EchoServer(open(), undefined, { limits }), async (port) => {
      const declared = await exchange(port, `${head}content-length: ${big.length}\r\n\r\n${big}`, health);
      const chunked = `${head}transfer-encoding: chunked\r\n\r\n${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`;
      for (const received of [declared, await exchange(port, chunked, health)]) {
        expect(received).toMatch(/^HTTP\/1.1 413 [\s\S]*"code":"payload_too_large"[\s\S]*HTTP\/1.1 405 /);
      }
    });
  });

  it("answers requests that come before the last one is answered, in their order", async () => {
    const one = `${head}content-length: 3\r\n\r\n`;
    const last = `${head}connection: close\r\ncontent-length: 3\r\n\r\n`;
    const received = await serving(new EchoServer(open()), (port) => exchange(port, `${one}[1]${one}[2]${last}[3]`));
    expect(received.match(/"body":\[\d\]/g)).toEqual(['"body":[1]', '"body":[2]', '"body":[3]']);
  });
});
