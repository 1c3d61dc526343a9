import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mount, mountFetch, Problem } from "../../../kit/src/server/index.js";
import { type Host, hosts } from "./hosts.js";
import { SampleServer } from "./service.js";

let gone = 0;

const raw: Mount = {
  methods: ["GET", "POST"],
  handle({ method, target, headers, body }, { principal }) {
    if (target.endsWith("/problem")) throw new Problem("conflict", "not now");
    if (target.endsWith("/crash")) throw new Error("secret");
    const text = new TextDecoder().decode(body);
    const said = { method, target, text, header: headers["x-mine"], subject: principal?.subject };
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(said) };
  },
};

/** Streams for ever; the mount hears of it when its reader leaves. */
const web = mountFetch(["GET", "POST"], async (request) => {
  if (request.method === "POST") return new Response(`got ${await request.text()}`, { status: 201 });
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await wait(1);
      controller.enqueue(encoder.encode("tick\n"));
    },
    cancel() {
      gone += 1;
    },
  });
  return new Response(stream, { headers: { "content-type": "text/plain" } });
});

describe.each(Object.entries(hosts))("mounts on %s", (_, start) => {
  let host: Host;
  const server = new SampleServer({
    mounts: { "/extra": raw, "/deep/web": web },
    limits: { body: 1000 },
    cors: { origins: ["https://app.example"] },
  });

  beforeAll(async () => {
    host = await start(server);
  });
  afterAll(async () => {
    await host.stop();
  });

  it.each(["/extra", "/extra/below?x=1"])("answer %s with its body and headers", async (target) => {
    const received = await host.send(target, { method: "POST", headers: { "x-mine": "yes" }, body: "hello" });
    expect(received.status).toBe(200);
    expect(received.headers["x-request-id"]).toBeTruthy();
    expect(JSON.parse(received.text)).toEqual({ method: "POST", target, text: "hello", header: "yes", subject: "dev" });
  });

  it.each([
    ["/extras", "GET", 404],
    ["/extra", "PUT", 405],
    ["/extra/problem", "GET", 409],
    ["/extra/crash", "GET", 500],
  ])("answer %s %s in the contract's own error shape", async (target, method, status) => {
    const received = await host.send(target, { method });
    expect(received.status).toBe(status);
    expect(received.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(received.text)).toHaveProperty("error.code");
    expect(received.text).not.toContain("secret");
  });

  it("keep the limit of bodies", async () => {
    const received = await host.send("/extra", { method: "POST", body: "x".repeat(1001) });
    expect(received.status).toBe(413);
  });

  it("answer preflights by their own methods", async () => {
    const headers = { origin: "https://app.example", "access-control-request-method": "POST" };
    const received = await host.send("/extra", { method: "OPTIONS", headers });
    expect([received.status, received.headers["access-control-allow-methods"]]).toEqual([204, "GET, POST"]);
  });

  it("may be web-standard handlers, whose streams end when the reader leaves", async () => {
    const posted = await host.send("/deep/web", { method: "POST", body: "this" });
    expect([posted.status, posted.text]).toEqual([201, "got this"]);
    const before = gone;
    const { status, chunks, leave } = await host.open("/deep/web");
    expect(status).toBe(200);
    expect((await chunks.next()).value).toContain("tick");
    leave();
    while (gone === before) await wait(5);
  });
});

describe("mounts", () => {
  const get = (server: SampleServer, headers: Record<string, string> = {}) =>
    server.handle({ method: "GET", target: "/extra", headers, signal: new AbortController().signal });

  it("are behind the contract's authentication and rate limit", async () => {
    const server = new SampleServer({
      mounts: { "/extra": raw },
      auth: { mode: "required", schemes: { Jwt: (token) => (token === "good" ? "me" : undefined) } },
      limits: { rate: { requests: 3, seconds: 60 } },
    });
    expect((await get(server)).status).toBe(401);
    expect((await get(server, { authorization: "Bearer bad" })).status).toBe(401);
    const { status, body } = await get(server, { authorization: "Bearer good" });
    expect([status, JSON.parse(String(body)).subject]).toEqual([200, "me"]);
    expect((await get(server, { authorization: "Bearer good" })).status).toBe(429);
  });

  it("take part in closing: a new request is turned away", async () => {
    const server = new SampleServer({ mounts: { "/extra": raw } });
    expect(server.has("/extra/below")).toBe(true);
    await server.close();
    expect((await get(server)).status).toBe(503);
  });

  it.each([
    ["/v1/runs", "the contract has the path"],
    ["extra", "is no plain path"],
    ["/", "is no plain path"],
    ["/{any}", "is no plain path"],
  ])("cannot be at %s", (path, reason) => {
    expect(() => new SampleServer({ mounts: { [path]: raw } })).toThrow(reason);
  });
});
