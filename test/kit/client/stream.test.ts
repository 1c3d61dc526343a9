import type { ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import {
  AbortedError,
  ApiError,
  ConnectionError,
  InvalidResponseError,
  StreamLimitError,
  type StreamOptions,
} from "../../../kit/src/client/index.js";
import { stream } from "../../../kit/src/client/stream/index.js";
import { answer, Client, closeAll, failure, type Handler, serve, service, wait } from "./fixtures.js";

afterEach(closeAll);

interface Item {
  readonly seq: number;
  readonly type: string;
}

const path = { run_id: "r" };
const sse = (seq: number, type = "token") => `id: ${seq}\ndata: ${JSON.stringify({ seq, type })}\n\n`;

function start(response: ServerResponse, text = "", type = "text/event-stream"): void {
  response.writeHead(200, { "content-type": type });
  response.write(text);
}

async function client(handler: Handler) {
  const { url, seen } = await serve(handler);
  const runtime = new Client(service, { baseUrl: url });
  const open = (options: StreamOptions = {}) =>
    stream<Item>(runtime, "streamRunEvents", { path }, { backoffMs: 5, ...options });
  return { runtime, seen, open };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const seqs = async (items: AsyncIterable<Item>) => (await all(items)).map(({ seq }) => seq);

test("items arrive as they are sent, and the stream ends after its terminal item", async () => {
  let closed = false;
  const { open, seen } = await client((request, response) => {
    expect(request.headers.accept).toBe("text/event-stream, application/problem+json");
    response.on("close", () => (closed = true));
    start(response, `: hi\n\n${sse(0)}${sse(1)}`);
    setTimeout(() => response.write(sse(2, "final") + sse(3)), 20);
  });
  expect(await seqs(open())).toEqual([0, 1, 2]);
  await expect.poll(() => closed).toBe(true);
  expect(seen.length).toBe(1);
});

test("nothing is sent until somebody reads; `response` opens the stream and loses no item", async () => {
  const { open, seen } = await client((_, response) => start(response, sse(0, "final")));
  const items = open();
  await wait(20);
  expect(seen.length).toBe(0);
  expect((await items.response).status).toBe(200);
  expect(await seqs(items)).toEqual([0]);
  expect(() => items[Symbol.asyncIterator]()).toThrow(/only once/);
});

test("a stream that is cut in the middle of an event is resumed after the last whole one, without repeats", async () => {
  const positions: unknown[] = [];
  const { open } = await client((request, response, count) => {
    positions.push(request.headers["last-event-id"]);
    if (count === 1) {
      start(response, `${sse(0)}${sse(1)}id: 2\ndata: {"seq":2,`);
      setTimeout(() => response.destroy(), 20);
    } else if (count === 2) {
      // Repeats itself, then ends too early but cleanly.
      start(response, sse(0) + sse(1) + sse(2));
      response.end();
    } else start(response, sse(2) + sse(3, "final"));
  });
  expect(await seqs(open())).toEqual([0, 1, 2, 3]);
  expect(positions).toEqual([undefined, "1", "2"]);
});

test("NDJSON by accept, resumed by the pointer in its items", async () => {
  const line = (seq: number, type = "token") => `${JSON.stringify({ seq, type })}\n`;
  const positions: unknown[] = [];
  const { open } = await client((request, response, count) => {
    positions.push(request.headers["last-event-id"], request.headers.accept?.split(",")[0]);
    start(response, count === 1 ? `\n${line(7)}${line(8)}{"seq"` : line(9, "final"), "application/x-ndjson");
    if (count === 1) response.end();
  });
  expect(await seqs(open({ accept: "application/x-ndjson", after: "6" }))).toEqual([7, 8, 9]);
  expect(positions).toEqual(["6", "application/x-ndjson", "8", "application/x-ndjson"]);
});

test("reconnects in a row without a new item are counted; progress starts the count anew", async () => {
  const { open, seen } = await client((_, response, count) => {
    start(response, count % 2 === 1 && count < 6 ? sse(count) : "");
    response.end();
  });
  expect(await failure(seqs(open({ retries: 2 })))).toBeInstanceOf(ConnectionError);
  expect(seen.length).toBe(5 + 2);
});

test.each([
  [404, 1],
  [409, 1],
  [408, 1],
  [501, 1],
  [429, 3],
  [503, 3],
  [500, 3],
])("status %i on opening: %i tries", async (status, times) => {
  const { open, seen } = await client((_, response) => answer(response, status, {}, { "retry-after": "0" }));
  const items = open({ retries: 2 });
  expect(await failure(all(items))).toBeInstanceOf(ApiError);
  expect(await failure(items.response)).toMatchObject({ status });
  expect(seen.length).toBe(times);
});

test("a 404 on resume ends the stream with that error; a 204 is its end", async () => {
  const once =
    (status: number): Handler =>
    (_, response, count) => {
      if (count > 1) return answer(response, status);
      start(response, sse(1));
      response.end();
    };
  expect(await failure(seqs((await client(once(404))).open()))).toMatchObject({ status: 404 });
  expect(await seqs((await client(once(204))).open())).toEqual([1]);
});

test("break, return and cancel abort the request, also while an item is awaited", async () => {
  for (const how of ["break", "return", "cancel"]) {
    let closed = false;
    const { open } = await client((_, response) => {
      response.on("close", () => (closed = true));
      start(response, sse(0));
    });
    const items = open();
    if (how === "break") for await (const _ of items) break;
    else {
      const iterator = items[Symbol.asyncIterator]();
      await iterator.next();
      const pending = iterator.next();
      if (how === "return") await iterator.return?.();
      else await items.cancel();
      expect(await pending).toEqual({ done: true, value: undefined });
    }
    await expect.poll(() => closed, { message: how }).toBe(true);
  }
});

test("the caller's signal throws, before, during and between connections", async () => {
  const { open } = await client((_, response, count) =>
    count === 1 ? start(response, sse(0)) : answer(response, 503, {}, { "retry-after": "20" }),
  );
  expect(await failure(all(open({ signal: AbortSignal.abort() })))).toBeInstanceOf(AbortedError);
  expect(await failure(all(open({ signal: AbortSignal.timeout(40) })))).toBeInstanceOf(AbortedError);
  expect(await failure(all(open({ signal: AbortSignal.timeout(40) })))).toBeInstanceOf(AbortedError);
});

test("silence is a lost connection; comments are life; a slow reader is no silence", async () => {
  const { open, seen } = await client((_, response, count) => {
    start(response, sse(count));
    if (count === 1) return;
    const beat = setInterval(() => response.write(":\n\n"), 20);
    setTimeout(() => {
      clearInterval(beat);
      response.write(sse(9, "final"));
    }, 1300);
  });
  const got: number[] = [];
  for await (const { seq } of open({ idleTimeoutMs: 500 })) {
    got.push(seq);
    if (seq === 2) await wait(900);
  }
  expect(got).toEqual([1, 2, 9]);
  expect(seen.length).toBe(2);
});

test("event items are whole events; the contract's heartbeat sets the idle timeout; nothing to resume means an error", async () => {
  const { runtime, seen } = await client((_, response) =>
    start(response, "event: a\nid: 1\nretry: 5\ndata: x\n\ndata: y\n\n"),
  );
  const items: unknown[] = [];
  const error = await failure(
    (async () => {
      for await (const item of stream(runtime, "tail")) items.push(item);
    })(),
  );
  expect(items).toEqual([{ event: "a", data: "x", id: "1", retry: 5 }, { data: "y" }]);
  expect(String(error)).toMatch(/silent for 150 ms/);
  expect(seen.length).toBe(1);
});

test("without a terminal item a clean end is the end", async () => {
  const { runtime } = await client((_, response) => {
    start(response, "data: x\n\n");
    response.end();
  });
  expect(await all(stream(runtime, "tail"))).toEqual([{ data: "x" }]);
});

test.each([
  ["an item that the schema refuses", 'data: {"seq":"x","type":"t"}\n\n', /must be integer/],
  ["data that is not JSON", "data: {\n\n", /data is not JSON/],
])("%s is an invalid response, and not tried again", async (_, text, message) => {
  const { open, seen } = await client((_, response) => start(response, sse(0) + text));
  const error = await failure(all(open()));
  expect(error).toBeInstanceOf(InvalidResponseError);
  expect(String(error)).toMatch(message);
  expect(seen.length).toBe(1);
});

test("another media type is an invalid response; an item beyond the limit throws", async () => {
  const json = await client((_, response) => answer(response, 200, {}));
  expect(await failure(all(json.open()))).toBeInstanceOf(InvalidResponseError);
  const big = await client((_, response) => start(response, `data: ${"x".repeat(9999)}`));
  expect(await failure(all(big.open({ maxItemBytes: 1000 })))).toBeInstanceOf(StreamLimitError);
});

test("unknown members of items are kept", async () => {
  const { open } = await client((_, response) => start(response, 'data: {"seq":1,"type":"final","new":true}\n\n'));
  expect(await all(open())).toEqual([{ seq: 1, type: "final", new: true }]);
});
