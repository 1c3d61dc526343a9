import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { SampleServer } from "./service.js";

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (data) => (received += String(data)));
    socket.on("close", () => resolve(received));
    socket.on("error", reject);
  });
}

describe("listen", () => {
  it("says who has the port", async () => {
    const first = new SampleServer();
    const { port } = await first.listen();
    await expect(new SampleServer().listen({ port })).rejects.toThrow(`port ${port} on 127.0.0.1 is in use`);
    await first.close();
  });

  it("does not open an unprotected server to others", async () => {
    await expect(new SampleServer().listen({ host: "0.0.0.0" })).rejects.toThrow(/auth is disabled/);
    const insecure = new SampleServer();
    await insecure.listen({ host: "0.0.0.0", allowInsecure: true });
    await insecure.close();
  });

  it("takes its signal handlers away", async () => {
    const before = process.listenerCount("SIGTERM");
    const server = new SampleServer();
    const listening = await server.listen();
    expect(process.listenerCount("SIGTERM")).toBe(before + 1);
    await listening.close();
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });

  it("answers what is no HTTP in the protocol's shape", async () => {
    const server = new SampleServer();
    const { port } = await server.listen();
    const nonsense = await raw(port, "NONSENSE\r\n\r\n");
    expect(nonsense).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(nonsense.split("\r\n\r\n")[1] ?? "")).toMatchObject({ error: { code: "invalid_request" } });
    const large = await raw(port, `GET /v1/health HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1.1 431 /);
    const upgrade = await raw(
      port,
      "GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
    );
    expect(upgrade).toMatch(/^HTTP\/1.1 200 /);
    await server.close();
  });

  it("serves the next request of a connection whose body was refused", async () => {
    const server = new SampleServer({ limits: { body: 10 } });
    const { port } = await server.listen();
    const body = "x".repeat(100_000);
    const chunked = `POST /v1/runs HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const health = "GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    const received = await raw(port, chunked + health);
    expect(received).toMatch(/^HTTP\/1.1 413 [\s\S]*HTTP\/1.1 200 /);
    await server.close();
  });
});

describe("close", () => {
  it("waits for what is under way, turns new requests away, and ends streams when the time is over", async () => {
    const server = new SampleServer();
    const { url } = await server.listen();
    const stream = await fetch(`${url}/v1/runs/quiet/events`);
    const closing = server.close({ timeoutMs: 200 });
    const signal = new AbortController().signal;
    const late = await server.handle({ method: "GET", target: "/v1/runs/a", headers: {}, signal });
    expect([late.status, late.headers["connection"]]).toEqual([503, "close"]);
    const health = await server.handle({ method: "GET", target: "/v1/health", headers: {}, signal });
    expect([health.status, String(health.body)]).toEqual([200, expect.stringContaining('"down"')]);
    await expect(fetch(url)).rejects.toThrow();
    await stream.text().catch(() => "cut");
    await closing;
    expect(server.released).toBe(1);
  });

  it("limits how often one may call", async () => {
    const server = new SampleServer({ limits: { rate: { requests: 2, seconds: 60 } } });
    const ask = () =>
      server.handle({
        method: "GET",
        target: "/v1/health",
        headers: {},
        remote: "1",
        signal: new AbortController().signal,
      });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const refused = await ask();
    expect([refused.status, Number(refused.headers["retry-after"]) > 0]).toEqual([429, true]);
  });
});

describe("the log", () => {
  it("says what broke the contract, and no secrets", async () => {
    const lines: string[] = [];
    const write = (fields: object, message?: string) => void lines.push(JSON.stringify({ ...fields, message }));
    const logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
    const server = new SampleServer({ logger });
    const { signal } = new AbortController();
    const headers = { authorization: "Bearer hidden", cookie: "hidden=1" };
    await server.handle({ method: "GET", target: "/v1/misbehave/body?token=hidden", headers, signal });
    expect(lines.join("\n")).toMatch(/"pointer":"\/run_id","keyword":"type"/);
    expect(lines.join("\n")).toMatch(/"operation":"misbehave","method":"GET","status":500/);
    expect(lines.join("\n")).not.toContain("hidden");
  });
});
