import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { openChannel } from "../../../kit/src/client/channel/index.js";
import {
  AbortedError,
  ApiError,
  bearer,
  ChannelClosedError,
  type ChannelOptions,
  ChannelOverflowError,
  type ClientOptions,
  ConnectionError,
  type Disconnect,
  InvalidRequestError,
} from "../../../kit/src/client/index.js";
import { Client, failure, service, wait } from "./fixtures.js";

interface Event {
  readonly event_id: string;
}

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A `ws` server; `refuse` answers an upgrade with a status instead. */
async function serve(
  onSocket: (socket: WebSocket, request: IncomingMessage, count: number) => void,
  refuse: (request: IncomingMessage, count: number) => number | undefined = () => undefined,
) {
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const seen: string[] = [];
  http.on("upgrade", (request, socket, head) => {
    seen.push(`${request.url} ${request.headers.authorization}`);
    const status = refuse(request, seen.length);
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (each) => onSocket(each, request, seen.length));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  open.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    http.close();
  });
  const baseUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}/base`;
  const connect = (options: ChannelOptions = {}, clientOptions: ClientOptions = {}) => {
    const client = new Client(service, { baseUrl, auth: bearer("t"), ...clientOptions });
    const channel = openChannel<Event, { text: string }>(client, "connect", {}, { backoffMs: 5, ...options });
    open.push(() => channel.close());
    return channel;
  };
  return { connect, seen };
}

const event = (id: string, rest: object = {}) => JSON.stringify({ event_id: id, ...rest });

async function take(channel: AsyncIterable<Event>, count: number): Promise<string[]> {
  const iterator = channel[Symbol.asyncIterator]();
  const ids: string[] = [];
  while (ids.length < count) {
    const { done, value } = await iterator.next();
    if (done) break;
    ids.push(value.event_id);
  }
  return ids;
}

test("messages both ways, with the token in a header", async () => {
  const { connect, seen } = await serve((socket) => {
    socket.on("message", (data) => socket.send(event(String(data))));
  });
  const channel = connect();
  expect(channel.state).toBe("connecting");
  await channel.send({ text: "a" });
  expect(channel.state).toBe("open");
  await channel.opened;
  expect(await take(channel, 1)).toEqual(['{"text":"a"}']);
  expect(seen).toEqual(["/base/connect Bearer t"]);
});

test("without headers the token travels in the scheme's query parameter", async () => {
  const { connect, seen } = await serve((socket) => socket.send(event("1")));
  const { WebSocket } = await import("ws");
  const webSocket = Object.assign((url: string) => new WebSocket(url), { supportsHeaders: false });
  expect(await take(connect({}, { webSocket: webSocket as never }), 1)).toEqual(["1"]);
  expect(seen).toEqual(["/base/connect?token=t undefined"]);
});

test("a message that the contract refuses is not sent", async () => {
  const { connect } = await serve(() => {});
  expect(await failure(connect().send({ text: 1 } as never))).toBeInstanceOf(InvalidRequestError);
});

test("a lost socket is opened again after the last id, repeats are dropped, sends wait", async () => {
  const texts: string[] = [];
  const { connect, seen } = await serve((socket, _, count) => {
    socket.on("message", (data) => texts.push(String(data)));
    if (count === 1) {
      socket.send(event("a"));
      socket.send(event("b"));
      setTimeout(() => socket.terminate(), 20);
    } else {
      socket.send(event("b"));
      socket.send(event("c"));
    }
  });
  const lost: Disconnect[] = [];
  let reconnects = 0;
  const channel = connect({ onDisconnect: (each) => lost.push(each), onReconnect: () => (reconnects += 1) });
  expect(await take(channel, 2)).toEqual(["a", "b"]);
  while (channel.state === "open") await wait(1);
  await channel.send({ text: "later" });
  expect(await take(channel, 1)).toEqual(["c"]);
  await expect.poll(() => texts).toContain('{"text":"later"}');
  expect(seen[1]).toBe("/base/connect?after=b Bearer t");
  expect(reconnects).toBe(1);
  expect(lost[0]).toMatchObject({ code: 1006 });
  expect(lost[0]?.retryInMs).toBeLessThanOrEqual(5);
});

test("heartbeat: pings go out, pongs are swallowed, and a peer that has answered before is dropped for its silence", async () => {
  const pings: string[] = [];
  const { connect, seen } = await serve((socket, _, count) => {
    let answers = 0;
    socket.on("message", (data) => {
      pings.push(String(data));
      answers += 1;
      if (count > 1 || answers === 1) socket.send('{"type":"pong","at":1}');
    });
    if (count > 1) setTimeout(() => socket.send(event("alive")), 500);
  });
  const invalid: unknown[] = [];
  expect(await take(connect({ onInvalid: (each) => invalid.push(each) }), 1)).toEqual(["alive"]);
  expect(new Set(pings)).toEqual(new Set(['{"type":"ping"}']));
  expect(seen.length).toBe(2);
  expect(invalid).toEqual([]);
});

test("heartbeat: a peer that has never answered a ping keeps its connection, however silent it is", async () => {
  const { connect, seen } = await serve((socket) => {
    let pings = 0;
    socket.on("message", () => {
      pings += 1;
      if (pings === 5) socket.send(event("still here"));
    });
  });
  expect(await take(connect(), 1)).toEqual(["still here"]);
  expect(seen.length).toBe(1);
});

test("frames that are no messages are reported and dropped", async () => {
  const { connect } = await serve((socket) => {
    for (const frame of ["{", '{"event_id":1}', "[]", Buffer.from([1])]) socket.send(frame);
    socket.send(event("1", { unknown: true }));
  });
  const invalid: string[] = [];
  expect(await take(connect({ onInvalid: ({ reason }) => invalid.push(reason) }), 1)).toEqual(["1"]);
  expect(invalid).toEqual(["not JSON", "/event_id must be string", " must be object", "a binary frame"]);
});

test("a close code that the contract calls final ends the channel with its meaning", async () => {
  const { connect, seen } = await serve((socket) => {
    socket.send(event("1"));
    socket.close(4001, "bye");
  });
  const channel = connect();
  const ids: string[] = [];
  const error = await failure(
    (async () => {
      for await (const each of channel) ids.push(each.event_id);
    })(),
  );
  expect(ids).toEqual(["1"]);
  expect(error).toBeInstanceOf(ChannelClosedError);
  expect(error).toMatchObject({ code: 4001, reason: "bye", meaning: "token revoked" });
  expect(await failure(channel.send({ text: "x" }))).toBe(error);
  expect(channel.state).toBe("closed");
  expect(seen.length).toBe(1);
});

test("a normal close is the end; one that the contract lets reconnect is not", async () => {
  const { connect, seen } = await serve((socket, _, count) => socket.close(count === 1 ? 1001 : 1000));
  expect(await take(connect(), 1)).toEqual([]);
  expect(seen.length).toBe(2);
});

test.each([401, 403, 404])("an upgrade refused with %i is final", async (status) => {
  const { connect, seen } = await serve(
    () => {},
    () => status,
  );
  const channel = connect();
  const error = await failure(channel.opened);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status, operation: "connect" });
  expect(await failure(take(channel, 1))).toBe(error);
  expect(seen.length).toBe(1);
});

test("a refused token is renewed once; other refusals are tried again", async () => {
  const { connect, seen } = await serve(
    (socket) => socket.send(event("1")),
    (request, count) => (count === 1 ? 503 : request.headers.authorization === "Bearer new" ? undefined : 401),
  );
  const auth = bearer(({ rejected }) => (rejected === undefined ? "old" : "new"));
  expect(await take(connect({}, { auth }), 1)).toEqual(["1"]);
  expect(seen.map((each) => each.split(" ").at(-1))).toEqual(["old", "old", "new"]);
});

test("no server: gives up after its retries", async () => {
  const client = new Client(service, { baseUrl: "http://127.0.0.1:1" });
  const channel = openChannel(client, "connect", {}, { backoffMs: 1, retries: 2 });
  expect(await failure(channel.opened)).toBeInstanceOf(ConnectionError);
});

test("close and break end the channel at the server too, with the code", async () => {
  const codes: number[] = [];
  const { connect } = await serve((socket) => {
    socket.on("close", (code) => codes.push(code));
    socket.send(event("1"));
  });
  for await (const _ of connect()) break;
  const channel = connect();
  await channel.opened;
  channel.close(4002, "done");
  expect(await failure(channel.send({ text: "x" }))).toMatchObject({ code: 4002 });
  await expect.poll(() => codes).toEqual([1000, 4002]);
});

test("the caller's signal ends the channel", async () => {
  const { connect } = await serve(() => {});
  expect(await failure(take(connect({ signal: AbortSignal.timeout(50) }), 1))).toBeInstanceOf(AbortedError);
  expect(await failure(connect({ signal: AbortSignal.abort() }).opened)).toBeInstanceOf(AbortedError);
});

test("a reader that is too slow gets what fits, and then an error", async () => {
  let code = 0;
  const { connect } = await serve((socket) => {
    socket.on("close", (each) => (code = each));
    for (let n = 0; n < 20; n++) socket.send(event(String(n)));
  });
  const channel = connect({ bufferSize: 10 });
  await expect.poll(() => code).toBe(4009);
  const ids: string[] = [];
  const error = await failure(
    (async () => {
      for await (const each of channel) ids.push(each.event_id);
    })(),
  );
  expect(ids).toHaveLength(10);
  expect(error).toBeInstanceOf(ChannelOverflowError);
});
