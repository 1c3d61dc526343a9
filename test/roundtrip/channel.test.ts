/** The session's socket, from the server's method to the loop on the client. */
import { SessionClient } from "@agentwire/client/session";
import {
  bearer,
  ChannelClosedError,
  type ChannelOptions,
  type ClientOptions,
  type Disconnect,
  UnauthorizedError,
} from "@agentwire/kit/client";
import { inMemory, type ServerOptions } from "@agentwire/kit/server";
import type { SessionEvent } from "@agentwire/models/session";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { collect, failure, until } from "../waiting.js";
import { type Connected, messageOf, ScriptedSession } from "./fixtures/session.js";
import { connections, listening } from "./fixtures/subjects.js";

const quiet = { logger: false } as const;

function open(options: ClientOptions, channelOptions?: ChannelOptions) {
  const channel = new SessionClient(options).connect({}, { backoffMs: 2, ...channelOptions });
  onTestFinished(() => channel.close());
  return channel;
}

/** Events until `count` have come. */
async function take(events: AsyncIterable<SessionEvent>, count: number): Promise<SessionEvent[]> {
  const iterator = events[Symbol.asyncIterator]();
  const taken: SessionEvent[] = [];
  while (taken.length < count) {
    const { done, value } = await iterator.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/** A server whose script also gets the number of the connection, from 1. */
function scripted(script: (count: number, ...rest: Parameters<Connected>) => Promise<void>, options?: ServerOptions) {
  let count = 0;
  return new ScriptedSession({ ...quiet, ...options }, (...rest) => script(++count, ...rest));
}

describe.each(connections)("%s", (_, connect) => {
  test("events arrive typed, in order, and all of them", async () => {
    const events: SessionEvent[] = [
      messageOf(1),
      { ...envelope(2), type: "session.joined", payload: { agent: "@bob.test" } },
      { ...envelope(3), type: "session.left", payload: { agent: "@bob.test", reason: "grace_expired" } },
      { ...envelope(4), type: "session.ended", payload: {} },
    ];
    const server = scripted(async (_, channel) => {
      for (const event of events) await channel.send(event);
    });
    const texts: string[] = [];
    const taken: SessionEvent[] = [];
    for await (const event of open(await connect(server))) {
      taken.push(event);
      // Compiles only because the type of the event is told by its `type`.
      if (event.type === "session.left") texts.push(`${event.payload.agent} ${event.payload.reason}`);
    }
    expect(taken).toEqual(events);
    expect(texts).toEqual(["@bob.test grace_expired"]);
  });

  test("a flood arrives whole and in order", async () => {
    const COUNT = 500;
    const server = scripted(async (_, channel) => {
      for (let sequence = 1; sequence <= COUNT; sequence++) await channel.send(messageOf(sequence));
    });
    const taken = await collect(open(await connect(server)));
    expect(taken.map((event) => event["sequence"])).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
  });

  test("the kit answers pings; neither they nor other frames reach the method or close the socket", async () => {
    const reached: unknown[] = [];
    const server = scripted(async (_, channel) => {
      for await (const message of channel) reached.push(message);
    });
    const socket = await rawSocket(await connect(server));
    const frames: unknown[] = [];
    socket.addEventListener("message", ({ data }) => frames.push(JSON.parse(String(data))));
    for (const junk of ["", "{", "[]", "null", '"ping"', '{"type":"pong"}', '{"type":"hello"}', "\u0000"]) {
      socket.send(junk);
    }
    socket.send(new Uint8Array([1, 2, 3]));
    socket.send('{"type":"ping"}');
    socket.send('{ "type" : "ping" }');
    await until(() => frames.length === 2);
    expect(frames).toEqual([{ type: "pong" }, { type: "pong" }]);
    expect(reached).toEqual([]);
    expect(socket.readyState).toBe(1);
    socket.close();
  });

  test("a lost connection is made again, and an event that comes twice is delivered once", async () => {
    const server = scripted(async (count, channel) => {
      for (const sequence of count === 1 ? [1, 2] : [1, 2, 3]) await channel.send(messageOf(sequence));
      if (count === 1) channel.close(1011, "replay failed");
      await channel.closed;
    });
    const lost: Disconnect[] = [];
    let reconnects = 0;
    const channel = open(await connect(server), {
      onDisconnect: (each) => lost.push(each),
      onReconnect: () => {
        reconnects += 1;
      },
    });
    expect(await take(channel, 3)).toEqual([messageOf(1), messageOf(2), messageOf(3)]);
    expect(lost).toEqual([{ code: 1011, reason: "replay failed", status: undefined, retryInMs: expect.any(Number) }]);
    // The event may be here before the listener has heard of the connection that brought it.
    await until(() => reconnects === 1);
    expect(server.arrivals.all).toHaveLength(2);
  });

  test("a method that fails closes with 1011 and says nothing of why", async () => {
    const server = scripted(async (count, channel) => {
      if (count === 1) throw new Error("hunter2");
      await channel.send(messageOf(1));
    });
    const lost: Disconnect[] = [];
    await take(open(await connect(server), { onDisconnect: (each) => lost.push(each) }), 1);
    expect(lost[0]).toMatchObject({ code: 1011 });
    expect(JSON.stringify(lost)).not.toContain("hunter2");
  });

  test("an event that breaks the contract is not sent", async () => {
    const server = scripted(async (count, channel) => {
      if (count === 1) await channel.send({ ...messageOf(1), event_id: "hunter2" } as SessionEvent);
      await channel.send(messageOf(2));
    });
    const invalid: unknown[] = [];
    const channel = open(await connect(server), { onInvalid: (each) => invalid.push(each) });
    expect(await take(channel, 1)).toEqual([messageOf(2)]);
    expect(invalid).toEqual([]);
  });

  test("a refused token is an UnauthorizedError, for `opened`, the loop and senders, and is not tried again", async () => {
    let asked = 0;
    const schemes = {
      AgentToken: () => {
        asked += 1;
        return undefined;
      },
      AdminToken: () => undefined,
    };
    const server = new ScriptedSession({ ...quiet, auth: { mode: "required", schemes } });
    const channel = open({ ...(await connect(server)), auth: bearer("old") });
    const error = await failure(channel.opened);
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toMatchObject({ status: 401, operation: "connect" });
    expect(await failure(collect(channel))).toBe(error);
    expect(await failure(channel.send({ type: "ping" }))).toBe(error);
    expect([channel.state, asked]).toEqual(["closed", 1]);
  });

  test("a token that was revoked ends the channel for good: 4401 with the contract's words", async () => {
    const server = scripted(async (_, channel) => {
      await channel.send(messageOf(1));
      channel.close(4401, "revoked");
    });
    const channel = open(await connect(server));
    const taken: SessionEvent[] = [];
    const error = await failure(
      (async () => {
        for await (const event of channel) taken.push(event);
      })(),
    );
    expect(taken).toEqual([messageOf(1)]);
    expect(error).toBeInstanceOf(ChannelClosedError);
    expect(error).toMatchObject({ code: 4401, reason: "revoked", meaning: "the token is no longer good" });
    expect(server.arrivals.all).toHaveLength(1);
  });

  test("break closes the socket at the server, with 1000", async () => {
    const codes: number[] = [];
    const server = scripted(async (_, channel) => {
      await channel.send(messageOf(1));
      codes.push((await channel.closed).code);
    });
    for await (const _ of open(await connect(server))) break;
    await until(() => codes.length === 1);
    expect(codes).toEqual([1000]);
  });
});

describe("a server that drains closes with 1001, and the client goes on with the one that comes after it", () => {
  const follows = (sequence: number) =>
    scripted(async (_, channel) => {
      await channel.send(messageOf(1));
      await channel.send(messageOf(sequence));
      await channel.closed;
    });

  test("on the same port", async () => {
    const first = follows(2);
    const { port, url } = await first.listen({ port: 0, signals: false });
    const lost: Disconnect[] = [];
    const channel = open({ baseUrl: url }, { onDisconnect: (each) => lost.push(each) });
    expect(await take(channel, 2)).toEqual([messageOf(1), messageOf(2)]);
    await first.close();
    const second = follows(3);
    await second.listen({ port, signals: false });
    onTestFinished(() => second.close({ timeoutMs: 0 }));
    expect(await take(channel, 1)).toEqual([messageOf(3)]);
    expect(lost[0]).toMatchObject({ code: 1001, reason: "the server is shutting down" });
  });

  test("in memory", async () => {
    let server = follows(2);
    onTestFinished(() => server.close({ timeoutMs: 0 }));
    const lost: Disconnect[] = [];
    const transport = {
      fetch: (request: Request) => server.fetch(request),
      webSocket: (...parameters: Parameters<ReturnType<typeof inMemory>["webSocket"]>) =>
        inMemory(server).webSocket(...parameters),
    };
    const channel = open({ transport }, { onDisconnect: (each) => lost.push(each) });
    expect(await take(channel, 2)).toEqual([messageOf(1), messageOf(2)]);
    await server.close();
    server = follows(3);
    expect(await take(channel, 1)).toEqual([messageOf(3)]);
    expect(lost[0]).toMatchObject({ code: 1001 });
  });
});

test("a frame above the limit closes with 1009, which is final", async () => {
  const server = scripted(async (_, channel) => void (await channel.closed), { channels: { maxPayload: 100 } });
  const socket = new WebSocket(`${(await listening(server)).replace("http", "ws")}/connect`);
  socket.on("open", () => socket.send("x".repeat(101)));
  expect(await new Promise((resolve) => socket.on("close", resolve))).toBe(1009);
});

function envelope(sequence: number) {
  const { session_id, event_id, created_at } = messageOf(sequence);
  return { session_id, event_id, created_at, sequence };
}

/** A bare socket to `/connect`, on the same way as a client's. */
async function rawSocket({ transport, baseUrl }: ClientOptions) {
  const factory = transport?.webSocket;
  const url = `${(baseUrl ?? "http://localhost").replace("http", "ws")}/connect`;
  const socket = (factory ? await factory(url, { headers: {}, protocols: [] }) : new WebSocket(url)) as WebSocket;
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  return socket;
}
