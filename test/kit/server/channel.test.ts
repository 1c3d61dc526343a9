import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { ClientTransport } from "../../../kit/src/client/index.js";
import { ChannelClosed, inMemory, type MemorySocket, ServerChannel } from "../../../kit/src/server/index.js";
import { type Host, hosts } from "./hosts.js";
import { SampleServer, service } from "./service.js";

const auth = { mode: "required", schemes: { Jwt: (text: string) => (text === "good" ? "gil" : undefined) } } as const;

interface Client {
  next(): Promise<unknown>;
  send(data: string | Uint8Array): void;
  closed: Promise<{ code: number; reason: string }>;
  close(): void;
}

function client(socket: WebSocket): Client {
  const messages: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  socket.on("message", (data) => {
    const message: unknown = JSON.parse(String(data));
    const waiter = waiting.shift();
    if (waiter) waiter(message);
    else messages.push(message);
  });
  return {
    next: () => new Promise((resolve) => (messages.length > 0 ? resolve(messages.shift()) : waiting.push(resolve))),
    send: (data) => socket.send(data),
    closed: new Promise((resolve) => socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }))),
    close: () => socket.close(),
  };
}

function refusal(url: string, options: object = {}): Promise<{ status: number; type: string; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options);
    socket.on("error", () => undefined);
    socket.on("open", () => reject(new Error("opened")));
    socket.on("unexpected-response", async (_, response) => {
      let text = "";
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, type: String(response.headers["content-type"]), text });
    });
  });
}

const networked = Object.entries(hosts).filter(([name]) => ["node:http", "Fastify", "Express"].includes(name));

describe.each(networked)("channels on %s", (_, start) => {
  let host: Host;
  let url = "";
  const server = new SampleServer({ auth, channels: { maxPayload: 2000 } });
  beforeAll(async () => {
    host = await start(server);
    url = `${host.url?.replace("http", "ws")}/v1/connect`;
  });
  afterAll(() => host.stop());
  const open = () => client(new WebSocket(url, { headers: { authorization: "Bearer good" } }));

  it("carries messages both ways and answers pings", async () => {
    const socket = open();
    expect(await socket.next()).toEqual({ text: "hello gil" });
    socket.send('{"type":"ping"}');
    expect(await socket.next()).toEqual({ type: "pong" });
    for (let index = 0; index < 200; index += 1) socket.send(`{"say":"${index}"}`);
    for (let index = 0; index < 200; index += 1) expect(await socket.next()).toEqual({ text: String(index) });
    socket.send('{"say":"bye"}');
    expect(await socket.closed).toEqual({ code: 1000, reason: "" });
  });

  it("ignores what is no message, and closes on a crash without a word", async () => {
    const socket = open();
    await socket.next();
    for (const frame of ["no json", '{"say":1}', "[".repeat(1000), new Uint8Array([1])]) socket.send(frame);
    socket.send('{"say":"still here"}');
    expect(await socket.next()).toEqual({ text: "still here" });
    socket.send('{"say":"crash"}');
    expect(await socket.closed).toEqual({ code: 1011, reason: "internal error" });
  });

  it("lets a method that only sends hear that the client has left", async () => {
    class Flood extends SampleServer {
      override async connect(_: unknown, channel: ServerChannel<{ say: string }, { text: string }>) {
        for (;;) await channel.send({ text: "x".repeat(1000) });
      }
    }
    const flood = await start(new Flood());
    const socket = new WebSocket(`${flood.url?.replace("http", "ws")}/v1/connect`);
    await new Promise((resolve) => socket.once("message", resolve));
    socket.terminate();
    expect((await flood.send("/v1/health")).status).toBe(200);
    await flood.stop();
  });

  it("refuses a frame that is too large", async () => {
    const socket = open();
    await socket.next();
    socket.send(JSON.stringify({ say: "x".repeat(3000) }));
    expect((await socket.closed).code).toBe(1009);
  });

  it("takes the token from the query, and the header first", async () => {
    const socket = client(new WebSocket(`${url}?token=good`));
    expect(await socket.next()).toEqual({ text: "hello gil" });
    socket.close();
    expect((await refusal(`${url}?token=good`, { headers: { authorization: "Bearer bad" } })).status).toBe(401);
    expect((await host.send("/v1/runs/a?token=good")).status).toBe(401);
  });

  it("refuses an upgrade with a real response", async () => {
    const authorized = { headers: { authorization: "Bearer good" } };
    const body = (text: string) => (JSON.parse(text) as { error: { code: string } }).error.code;
    const stranger = await refusal(url);
    expect([stranger.status, stranger.type, body(stranger.text)]).toEqual([401, "application/json", "unauthorized"]);
    expect((await refusal(url.replace("connect", "nowhere"))).status).toBe(401);
    const unknown = await refusal(url.replace("connect", "nowhere"), authorized);
    expect([unknown.status, body(unknown.text)]).toEqual([404, "route_not_found"]);
    const page = await refusal(url, { origin: "https://evil.example", ...authorized });
    expect([page.status, body(page.text)]).toEqual([403, "forbidden"]);
  });

  it("closes with 1001 when the server leaves", async () => {
    const socket = open();
    await socket.next();
    void host.stop();
    expect((await socket.closed).code).toBe(1001);
  });
});

describe("channels in memory", () => {
  const next = (socket: MemorySocket, type: string) =>
    new Promise<{ data?: unknown; code?: number }>((resolve) =>
      socket.addEventListener(type, (event) => resolve(event), { once: true }),
    );

  it("pairs a client with a server", async () => {
    const transport = inMemory(new SampleServer({ auth }));
    const { fetch }: ClientTransport = transport; // what the client kit asks of a transport
    expect((await fetch(new Request("http://memory/v1/health"))).status).toBe(200);
    const socket = transport.webSocket("ws://memory/v1/connect", { headers: { Authorization: "Bearer good" } });
    await next(socket, "open");
    expect((await next(socket, "message")).data).toBe('{"text":"hello gil"}');
    socket.send('{"say":"bye"}');
    expect((await next(socket, "close")).code).toBe(1000);
  });

  it("refuses as a network would", async () => {
    const socket = inMemory(new SampleServer({ auth })).webSocket("ws://memory/v1/connect");
    await next(socket, "error");
    expect([socket.readyState, socket.upgradeStatus]).toEqual([3, 401]);
  });
});

describe("a slow consumer", () => {
  const description = service.channels["connect"];
  function slow(slowConsumer?: number) {
    let close: (code: number, reason: string) => void = () => undefined;
    const written: (() => void)[] = [];
    const state = { bufferedAmount: 0 };
    if (!description) throw new Error("no such channel");
    const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
    const channel = new ServerChannel(
      {
        get bufferedAmount() {
          return state.bufferedAmount;
        },
        send: ({ text }, done) => {
          state.bufferedAmount += text.length;
          written.push(done);
        },
        close: (code, reason) => close(code, reason),
        confirm() {},
        pause() {},
        resume() {},
        listen: (events) => (close = events.close),
      },
      description,
      { highWaterMark: 20, validate: true, log, ...(slowConsumer ? { slowConsumer } : {}) },
    );
    const flush = () => {
      state.bufferedAmount = 0;
      for (const done of written.splice(0)) done();
    };
    return { channel, flush };
  }

  it("makes send wait", async () => {
    const { channel, flush } = slow();
    await channel.send({ text: "a" });
    let sent = false;
    const sending = channel.send({ text: "bbbbbbbbbbbb" }).then(() => (sent = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sent).toBe(false);
    flush();
    await sending;
  });

  it("is closed with 1013 when asked to be", async () => {
    const { channel } = slow(10);
    await expect(channel.send({ text: "bbbbbbbbbbbbbbbbbbbbbb" })).rejects.toThrow(ChannelClosed);
    expect(await channel.closed).toEqual({ code: 1013, reason: "too slow" });
  });

  it("gets no message that breaks the contract", async () => {
    await expect(slow().channel.send({ txt: 1 })).rejects.toThrow(/does not match/);
  });
});
