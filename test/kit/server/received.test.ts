/** What goes to many peers, whether a peer has received it, and how much it may send itself, over real sockets. */
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { ServiceDescription } from "../../../kit/src/index.js";
import { type ChannelOptions, Server, type ServerChannel, shareItem } from "../../../kit/src/server/index.js";
import { service } from "./service.js";

type Down = { readonly text: string };
type Up = { readonly say: string };

/** A server whose channel is in the hands of the test. */
async function served(channels: ChannelOptions = {}) {
  let give: (channel: ServerChannel<Up, Down>) => void;
  const given = new Promise<ServerChannel<Up, Down>>((resolve) => (give = resolve));
  const all: ServerChannel<Up, Down>[] = [];
  class Held extends Server {
    constructor() {
      super(service as ServiceDescription, { channels });
    }
    async connect(_: unknown, channel: ServerChannel<Up, Down>): Promise<void> {
      give(channel);
      all.push(channel);
      await channel.closed;
    }
  }
  const server = new Held();
  const { url } = await server.listen({ port: 0, signals: false });
  onTestFinished(() => server.close({ timeoutMs: 200 }));
  const open = async (options: object = {}): Promise<WebSocket> => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/v1/connect`, options);
    await once(socket, "open");
    return socket;
  };
  return { open, given, all };
}

it("resolves with the pong of the peer; what was sent before has come by then", async () => {
  const { open, given } = await served();
  const socket = await open();
  const heard: string[] = [];
  socket.on("message", (data) => heard.push(String(data)));
  const channel = await given;
  for (let count = 0; count < 100; count += 1) await channel.send({ text: String(count) });
  expect(await channel.received()).toBe(true);
  expect(heard.length).toBe(100);
  expect(await Promise.all([channel.received(), channel.received()])).toEqual([true, true]);
  socket.close();
  await channel.closed;
  expect(await channel.received()).toBe(true);
});

it("takes no pong for an answer that is not one, as some peers send them to keep a connection", async () => {
  const { open, given } = await served();
  const socket = await open({ autoPong: false });
  const channel = await given;
  await channel.send({ text: "on its way" });
  const received = channel.received();
  for (const payload of ["", "abc", "999999999", "1", "-1", "received", "received x"]) socket.pong(payload);
  // Whatever the server makes of them, it does before it closes.
  socket.send(JSON.stringify({ say: "over" }));
  for await (const { say } of channel) if (say === "over") break;
  socket.terminate();
  expect(await received).toBe(false);
});

it("is false for a peer that was lost before it answered", async () => {
  const { open, given } = await served();
  const socket = await open({ autoPong: false });
  const channel = await given;
  await channel.send({ text: "lost" });
  const received = channel.received();
  socket.terminate();
  expect(await received).toBe(false);
  expect(await channel.received()).toBe(false);
  expect(channel.trySend({ text: "too late" })).toBe(false);
});

it("a peer that sends too fast is read at the rate, and loses nothing", async () => {
  const { open, given } = await served({ rate: { messages: 5, seconds: 0.2 } });
  const socket = await open();
  const channel = await given;
  const start = performance.now();
  // Long ones: what has been read from the network already is not held back.
  const filler = "x".repeat(100_000);
  for (let count = 0; count < 12; count += 1) socket.send(JSON.stringify({ say: `${count} ${filler}` }));
  let heard = 0;
  for await (const { say } of channel) {
    expect(say).toBe(`${heard} ${filler}`);
    heard += 1;
    if (heard === 12) break;
  }
  expect(performance.now() - start).toBeGreaterThan(150);
  socket.close();
});

it("what is shared arrives as it is at each peer, whatever its length, in the order of all that is sent", async () => {
  const { open, all } = await served();
  const heard = await Promise.all(
    [0, 1].map(async () => {
      const texts: string[] = [];
      (await open()).on("message", (data, isBinary) => texts.push(isBinary ? "binary" : JSON.parse(String(data)).text));
      return texts;
    }),
  );
  // Their frames have heads of 2, 4 and 10 bytes, at both ends of each.
  const lengths = [0, 1, 114, 115, 65_524, 65_525, 200_000];
  const texts = [...lengths.map((length) => "x".repeat(length)), "\u{1f600}é".repeat(50)];
  for (const text of texts) {
    const message = shareItem({ text });
    for (const channel of all) {
      await channel.send(message);
      await channel.send({ text: "between" });
    }
  }
  await Promise.all(all.map((channel) => channel.received()));
  const expected = texts.flatMap((text) => [text, "between"]);
  for (const texts of heard)
    expect(texts.map((text) => [text.length, text])).toEqual(expected.map((text) => [text.length, text]));
});
