/** Golden clients and servers, joined in memory: the same operation table serves both sides. */

import { bearer, InvalidRequestError, NotFoundError } from "@agentwire/kit/client";
import { inMemory, Problem, reply } from "@agentwire/kit/server";
import { describe, expect, test } from "vitest";
import { ColonsClient, ColonsServer } from "./colon-paths/expected/index.js";
import { GuardedClient, GuardedServer, type Thing } from "./errors-security-builtin/expected/index.js";
import { MediaClient, MediaServer } from "./media-bodies/expected/index.js";
import { PagesClient, PagesServer, type RunPage } from "./pagination/expected/index.js";
import { ParametersClient, ParametersServer } from "./parameters/expected/index.js";
import { type Event, StreamsClient, StreamsServer } from "./streams/expected/index.js";
import { NativeStreamsClient, NativeStreamsServer, type Tick } from "./streams-3.2/expected/index.js";
import { SocketsClient, SocketsServer } from "./websocket/expected/index.js";

const quiet = { logger: false } as const;

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("parameters", () => {
  class Echo extends ParametersServer {
    findItems(request: unknown) {
      return request;
    }
  }
  const client = new ParametersClient({ transport: inMemory(new Echo(quiet)) });

  test("every place and style arrives as it was sent", async () => {
    const request = {
      path: { id: 7, label: "a.b/c d", matrix: [1, 2] },
      query: {
        tag: ["x y", "a,b", "&="],
        csv: [1, 2, 3],
        spaces: ["a", "b"],
        pipes: ["a", "b"],
        filter: { min: 1, kind: "k&k" },
        where: { a: 1 },
        "page[size]": 10,
      },
      header: { "X-Trace": true, "X-List": [1, 2] },
      cookie: { session: "s;1 é" },
    };
    expect(await client.findItems(request)).toMatchObject(request);
  });

  test("a request that breaks the contract is refused before it is sent", async () => {
    const call = client.findItems({ path: { id: 1, label: "a", matrix: [1] }, query: { "page[size]": 0 } });
    await expect(call).rejects.toThrow(InvalidRequestError);
    await expect(call).rejects.toMatchObject({ violations: [{ pointer: "/query/page[size]", keyword: "minimum" }] });
  });
});

test("pagination: every page in turn, every item once", async () => {
  const asked: (number | undefined)[] = [];
  class Pages extends PagesServer {
    listRuns(...[request]: Parameters<PagesServer["listRuns"]>): RunPage {
      const after = request.query?.after;
      asked.push(after);
      const start = after ?? 0;
      const runs = [start, start + 1].map((id) => ({ id: `run-${id}` }));
      return { runs, page: { next: start < 4 ? start + 2 : null } };
    }
  }
  const client = new PagesClient({ transport: inMemory(new Pages(quiet)) });
  const runs = await all(client.listRuns());
  expect(runs.map(({ id }) => id)).toEqual(["run-0", "run-1", "run-2", "run-3", "run-4", "run-5"]);
  expect(asked).toEqual([undefined, 2, 4]);
});

describe("streams", () => {
  class Streams extends StreamsServer {
    async *streamEvents(): AsyncGenerator<Event> {
      yield { seq: 1, type: "token" };
      yield { seq: 2, type: "final" };
    }
    log(...[, { headers }]: Parameters<StreamsServer["log"]>): Event[] | AsyncIterable<Event> {
      return headers.accept?.startsWith("application/json") ? [{ seq: 9, type: "token" }] : this.streamEvents();
    }
    async *raw() {
      yield { event: "tick", data: "1\n2", id: "7" };
    }
  }
  const server = new Streams(quiet);
  const client = new StreamsClient({ transport: inMemory(server) });

  test("server-sent events carry id, event and data, and end at the terminal event", async () => {
    expect(await all(client.streamEvents({ path: { id: "r" } }))).toEqual([
      { seq: 1, type: "token" },
      { seq: 2, type: "final" },
    ]);
    const raw = await server.fetch(new Request("http://localhost/runs/r/events"));
    expect(raw.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(await raw.text()).toContain('id: 1\nevent: token\ndata: {"seq":1,"type":"token"}\n\n');
  });

  test("one operation at once as a list and line by line", async () => {
    expect(await client.log()).toEqual([{ seq: 9, type: "token" }]);
    expect(await all(client.logStream())).toHaveLength(2);
  });

  test("events of which the contract says nothing pass whole", async () => {
    expect(await all(client.raw())).toEqual([{ event: "tick", data: "1\n2", id: "7" }]);
  });
});

describe("streams of OpenAPI 3.2", () => {
  class Native extends NativeStreamsServer {
    async *ticks() {
      yield { event: "tick" as const, data: '{"at":1}' };
    }
    async *records(): AsyncGenerator<Tick> {
      yield { at: 1 };
      yield { at: 2 };
    }
    async *searchRecords(...[{ body }]: Parameters<NativeStreamsServer["searchRecords"]>): AsyncGenerator<Tick> {
      for (const at of [1, 2, 3]) if (at > (body.above ?? 0)) yield { at };
    }
  }
  const server = new Native(quiet);
  const client = new NativeStreamsClient({ transport: inMemory(server), retries: 0 });

  test("an item is the whole event", async () => {
    const [first] = await all(client.ticks(undefined, { retries: 0 }));
    expect(first).toMatchObject({ event: "tick", data: '{"at":1}' });
    const raw = await server.fetch(new Request("http://localhost/ticks"));
    expect(await raw.text()).toContain('event: tick\ndata: {"at":1}\n\n');
  });

  test("JSON text sequences, JSON lines, and the QUERY method", async () => {
    expect(await all(client.records())).toEqual([{ at: 1 }, { at: 2 }]);
    expect(await all(client.searchRecords({ body: { above: 2 } }))).toEqual([{ at: 3 }]);
  });
});

test("websocket: typed messages both ways, the room from the path", async () => {
  class Rooms extends SocketsServer {
    async connect(...[request, channel]: Parameters<SocketsServer["connect"]>) {
      for await (const { text } of channel) await channel.send({ from: request.path.room, text: text.toUpperCase() });
    }
    async clock(...[, channel]: Parameters<SocketsServer["clock"]>) {
      await channel.send({ time: "noon" });
    }
  }
  const client = new SocketsClient({ transport: inMemory(new Rooms(quiet)) });
  const channel = client.connect({ path: { room: "lobby" } });
  await channel.opened;
  await channel.send({ text: "hello" });
  for await (const said of channel) {
    expect(said).toEqual({ from: "lobby", text: "HELLO" });
    break;
  }
  const clock = client.clock();
  for await (const message of clock) {
    expect(message).toEqual({ time: "noon" });
    break;
  }
});

describe("errors, security and built-in operations", () => {
  class Guarded extends GuardedServer {
    getThing(...[{ path }]: Parameters<GuardedServer["getThing"]>): Thing {
      if (path.id !== "a") throw new Problem("not_found", `there is no ${path.id}`);
      return path;
    }
  }
  const transport = inMemory(new Guarded({ ...quiet, auth: { mode: "disabled" } }));

  test("the error body has the contract's own shape and code", async () => {
    const client = new GuardedClient({ transport, auth: bearer("secret") });
    expect(await client.getThing({ path: { id: "a" } })).toEqual({ id: "a" });
    const call = client.getThing({ path: { id: "b" } });
    await expect(call).rejects.toThrow(NotFoundError);
    await expect(call).rejects.toMatchObject({
      status: 404,
      body: { error: { code: "thing.missing", message: "there is no b" } },
    });
  });

  test("an optional operation that is left out answers 501; health answers by itself", async () => {
    const client = new GuardedClient({ transport });
    await expect(client.putThing({ path: { id: "a" }, body: { id: "a" } })).rejects.toMatchObject({ status: 501 });
    expect(await client.health()).toEqual({ status: "ok", name: "agentwire-guarded" });
  });

  test("a token where the contract demands one, and none where it does not", async () => {
    const Token = (token: string) => (token === "secret" ? { subject: "ann" } : undefined);
    const transport = inMemory(new Guarded({ ...quiet, auth: { mode: "required", schemes: { Token } } }));
    const stranger = new GuardedClient({ transport });
    await expect(stranger.getThing({ path: { id: "a" } })).rejects.toMatchObject({ status: 401 });
    expect(await stranger.health()).toMatchObject({ status: "ok" });
    const friend = new GuardedClient({ transport, auth: bearer("secret") });
    expect(await friend.getThing({ path: { id: "a" } })).toEqual({ id: "a" });
  });
});

describe("bodies", () => {
  class Media extends MediaServer {
    postForm(...[{ body }]: Parameters<MediaServer["postForm"]>) {
      return body;
    }
    async upload(...[{ body }]: Parameters<MediaServer["upload"]>) {
      const { file } = body;
      return file instanceof Uint8Array ? file.byteLength : file.size;
    }
    async putBlob(...[{ body }]: Parameters<MediaServer["putBlob"]>) {
      return body instanceof Uint8Array ? body : new Uint8Array(await body.arrayBuffer());
    }
    shout(...[{ body }]: Parameters<MediaServer["shout"]>) {
      return body.toUpperCase();
    }
    either(...[{ body }]: Parameters<MediaServer["either"]>) {
      return body === undefined ? reply(204) : typeof body === "string" ? { note: body } : body;
    }
  }
  const client = new MediaClient({ transport: inMemory(new Media(quiet)) });

  test("form, multipart, bytes, text, and one of two", async () => {
    expect(await client.postForm({ body: { name: "A&B=é" } })).toEqual({ name: "A&B=é" });
    expect(await client.upload({ body: { title: "t", file: new Blob(["four"]) } })).toBe(4);
    expect([...(await client.putBlob({ body: new Uint8Array([0, 255, 10]) }))]).toEqual([0, 255, 10]);
    expect(await client.shout({ body: "hi" })).toBe("HI");
    expect(await client.either({ body: { note: "json" } })).toEqual({ note: "json" });
    expect(await client.either({ body: "plain" }, { contentType: "text/plain" })).toEqual({ note: "plain" });
    expect(await client.either()).toBeUndefined();
  });

  test("a number in a form arrives as a number", async () => {
    expect(await client.postForm({ body: { name: "Ann", age: 3 } })).toEqual({ name: "Ann", age: 3 });
  });
});

test("paths with colons and suffixes after a variable are told apart", async () => {
  class Colons extends ColonsServer {
    sendMessage = () => "send";
    streamMessage = () => "stream";
    getTask = ({ path }: { path: { id: string } }) => `get ${path.id}`;
    cancelTask = ({ path }: { path: { id: string } }) => `cancel ${path.id}`;
    getTaskJson = ({ path }: { path: { id: string } }) => `json ${path.id}`;
  }
  const client = new ColonsClient({ transport: inMemory(new Colons(quiet)) });
  const path = { id: "a:b/c" };
  expect(await client.sendMessage()).toBe("send");
  expect(await client.streamMessage()).toBe("stream");
  expect(await client.getTask({ path })).toBe("get a:b/c");
  expect(await client.cancelTask({ path })).toBe("cancel a:b/c");
  expect(await client.getTaskJson({ path })).toBe("json a:b/c");
});
