/** A call that ends early is ended on the wire too, and costs the process nothing, whatever `fetch` it goes through. */
import { execFile } from "node:child_process";
import type { ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { getGlobalDispatcher, MockAgent, setGlobalDispatcher } from "undici";
import { afterEach, expect, test, vi } from "vitest";
import { chunksOf, textIn } from "../../../kit/src/client/answer.js";
import { Attempt } from "../../../kit/src/client/attempt.js";
import { planNamed } from "../../../kit/src/client/engine.js";
import { AbortedError, ConnectionError, TimeoutError } from "../../../kit/src/client/index.js";
import type { Plan } from "../../../kit/src/client/plan.js";
import * as node from "../../../kit/src/client/platform/node.js";
import * as standard from "../../../kit/src/client/platform/standard.js";
import { answer, bodyOf, Client, closeAll, failure, serve, service, wait } from "./fixtures.js";

const path = { run_id: "r" };
const nodeFetch = globalThis.fetch;
const nodeDispatcher = getGlobalDispatcher();

afterEach(() => {
  vi.useRealTimers();
  globalThis.fetch = nodeFetch;
  setGlobalDispatcher(nodeDispatcher);
  closeAll();
});

async function pieces(response: ServerResponse): Promise<void> {
  for (const piece of ['{"a":', '"bcd"', "}", " "]) {
    response.write(piece);
    await wait(10);
  }
  response.end();
}

/** A plan, as far as sending needs it. */
function planAt(url: string): Plan {
  const { engine } = new Client(service, { baseUrl: url });
  return planNamed(engine, "getRun");
}

/** Says when the client has closed the connection of a request. */
function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.on("close", () => resolve()));
}

test.each([
  ["before the headers", () => {}],
  [
    "in the middle of the body",
    (response: ServerResponse) => {
      response.writeHead(200, { "content-type": "application/json" }).write('{"run_id":');
    },
  ],
])("a time limit and an abort %s close the connection", async (_, start) => {
  const ends: Promise<void>[] = [];
  const { url } = await serve((request, response) => {
    if (request.url?.endsWith("warm")) return answer(response, 200, { run_id: "warm" });
    ends.push(closed(response));
    start(response);
    if (ends.length === 3) setTimeout(() => controller.abort(), 20);
  });
  const controller = new AbortController();
  const client = new Client(service, { baseUrl: url, retries: 0, timeoutMs: 400 });
  // The first call of a process goes another way than the later ones.
  await client.call("getRun", { path: { run_id: "warm" } }, { timeoutMs: 20_000 });
  expect(await failure(client.call("getRun", { path }))).toBeInstanceOf(TimeoutError);
  expect(await failure(client.call("getRun", { path }, { timeoutMs: 300 }))).toBeInstanceOf(TimeoutError);
  expect(await failure(client.call("getRun", { path }, { signal: controller.signal }))).toBeInstanceOf(AbortedError);
  expect(ends).toHaveLength(3);
  await Promise.all(ends);
});

test("many calls share a timer: each has its whole time, those that end in time do not disturb the others", async () => {
  const { url } = await serve((request, response) => {
    if (request.url?.endsWith("quick")) answer(response, 200, { run_id: "quick" });
  });
  const client = new Client(service, { baseUrl: url, retries: 0, timeoutMs: 2000 });
  const lasted: number[] = [];
  const slow = Array.from({ length: 12 }, async (_, index) => {
    await wait(index * 20);
    const start = performance.now();
    expect(await failure(client.call("getRun", { path }))).toBeInstanceOf(TimeoutError);
    lasted.push(performance.now() - start);
  });
  const quick = Array.from({ length: 20 }, async (_, index) => {
    await wait(index * 15);
    expect(await client.call("getRun", { path: { run_id: "quick" } })).toEqual({ run_id: "quick" });
  });
  await Promise.all([...slow, ...quick]);
  for (const each of lasted) expect(each).toBeGreaterThanOrEqual(1998);
});

test("a clock that a test puts in place counts, also for a client that was used before", async () => {
  const { url } = await serve((request, response) => {
    if (request.url?.endsWith("quick")) answer(response, 200, { run_id: "quick" });
  });
  const client = new Client(service, { baseUrl: url, retries: 0 });
  await client.call("getRun", { path: { run_id: "quick" } });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const failed = failure(client.call("getRun", { path }));
  await vi.advanceTimersByTimeAsync(29_000);
  await vi.advanceTimersByTimeAsync(1_001);
  expect(await failed).toBeInstanceOf(TimeoutError);
});

test("another `fetch` in the platform's place gets the standard's signal", async () => {
  const { url } = await serve((_, response) => answer(response, 200, { run_id: "r" }));
  const client = new Client(service, { baseUrl: url, retries: 0, timeoutMs: 50 });
  await client.call("getRun", { path }, { timeoutMs: 20_000 });
  const given: RequestInit[] = [];
  globalThis.fetch = (_, init = {}) =>
    new Promise((__, reject) => {
      given.push(init);
      init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    });
  expect(await failure(client.call("getRun", { path }))).toBeInstanceOf(TimeoutError);
  expect(given[0]?.signal?.aborted).toBe(true);
  expect(given[0]).not.toHaveProperty("dispatcher");
});

test("calls go through the dispatcher that an application has set, such as a mock or a proxy", async () => {
  const { url } = await serve((_, response) => answer(response, 200, { run_id: "real" }));
  const client = new Client(service, { baseUrl: url, retries: 0 });
  await client.call("getRun", { path });
  const mock = new MockAgent();
  mock.disableNetConnect();
  setGlobalDispatcher(mock);
  const json = { headers: { "content-type": "application/json" } };
  mock
    .get(url)
    .intercept({ path: "/v1/runs", method: "POST", body: (text) => text.includes('"goal":"g"') })
    .reply(200, { run_id: "mocked" }, json);
  expect(await client.call("createRun", { body: { goal: "g" } })).toEqual({ run_id: "mocked" });
  mock.get(url).intercept({ path: "/v1/runs/r" }).reply(200, { run_id: "late" }, json).delay(5_000);
  expect(await failure(client.call("getRun", { path }, { timeoutMs: 50 }))).toBeInstanceOf(TimeoutError);
  expect(await failure(client.call("getRun", { path: { run_id: "unknown" } }))).toBeInstanceOf(ConnectionError);
  await mock.close();
});

test.each([
  ["Node", node],
  ["any platform", standard],
])("%s: a limit ends what is too late, and nothing that has ended", async (_, { timeLimit }) => {
  const limit = timeLimit(40);
  const [late, early] = [new Attempt("late"), new Attempt("early")];
  const reasons: unknown[] = [];
  for (const attempt of [late, early]) {
    limit.begin(attempt);
    attempt.onEnd((reason) => reasons.push(reason));
  }
  limit.end(early);
  await expect.poll(() => reasons).toMatchObject([{ name: "TimeoutError", operation: "late", timeoutMs: 40 }]);
  for (const never of [0, Number.POSITIVE_INFINITY]) {
    const attempt = new Attempt("never");
    const none = timeLimit(never);
    none.begin(attempt);
    attempt.onEnd((reason) => reasons.push(reason));
    await wait(20);
    none.end(attempt);
  }
  expect(reasons).toHaveLength(1);
});

test("a text arrives as any platform sends it", async () => {
  const { url } = await serve(async (request, response) => {
    const { "content-length": length, "content-type": type, "transfer-encoding": encoding } = request.headers;
    const text = JSON.stringify([length, type, encoding, await bodyOf(request)]);
    response.writeHead(200, { "content-type": "x/y" }).end(text);
  });
  const told = async (platform: typeof node, body: string) => {
    const attempt = new Attempt("op");
    const headers = { "content-type": "text/plain" };
    const request = { method: "POST", target: "", headers, body: { content: body, type: "text/plain" }, source: {} };
    const answered = await platform.fetchAnswer(planAt(url), request, attempt);
    return answered.text();
  };
  await told(node, "warm");
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), fc.constantFrom("", "\ud800", "é\u2028"), async (text, more) => {
      expect(await told(node, text + more)).toBe(await told(standard, text + more));
    }),
    { numRuns: 60 },
  );
});

const json = { "content-type": "application/json" };
test.each<[string, (response: ServerResponse) => void]>([
  [
    "short",
    (response) => response.writeHead(200, { ...json, "Content-Length": 14 }).end('{"run_id":"é"}'.slice(0, 13)),
  ],
  ["in pieces", (response) => void pieces(response.writeHead(200, { ...json, "content-length": 12 }))],
  ["of no length", (response) => response.writeHead(200, json).end('{"run_id":"r"}')],
  ["empty", (response) => response.writeHead(200, { ...json, "content-length": 0 }).end()],
  ["without content", (response) => response.writeHead(204).end()],
  ["long", (response) => response.end(Buffer.alloc(200_000, "a"))],
  ["encoded", (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("text"))],
  ["an error", (response) => response.writeHead(404, { ...json, "content-length": 2 }).end("{}")],
  ["a redirect", (response) => response.writeHead(302, { location: "/", "content-length": 1 }).end("x")],
  ["with a mark of its order", (response) => response.end("\ufeffé")],
  ["no UTF-8", (response) => response.end(Buffer.from([0xff, 0x41]))],
  [
    "cut",
    (response) => {
      response.writeHead(200, { "content-length": 10 }).write("abc");
      setTimeout(() => response.destroy(), 20);
    },
  ],
])("an answer that is %s is read as any platform reads it", async (_, respond) => {
  const { url } = await serve((__, response) => respond(response));
  const read = async ({ fetchAnswer }: typeof standard, way: "text" | "whole") => {
    const attempt = new Attempt("op");
    const request = { method: "GET", target: "", headers: {}, body: undefined, source: {} };
    const answer = await fetchAnswer(planAt(url), request, attempt);
    const { status, ok, headers, type } = answer;
    const read = way === "text" ? answer.text() : chunksOf(planAt(url), answer, attempt).then(textIn);
    const body = await read.catch((error: unknown) => error instanceof Error);
    attempt.release();
    return { status, ok, type, header: headers.get("content-length"), body };
  };
  // The first call of a process goes the standard's way.
  await (await fetch(url, { redirect: "manual" })).text().catch(() => {});
  for (const way of ["text", "whole"] as const) expect(await read(node, way)).toEqual(await read(standard, way));
});

test("any platform: `fetch` ends with the attempt", async () => {
  const { url } = await serve(() => {});
  const attempt = new Attempt("op");
  const request = { method: "GET", target: "", headers: {}, body: undefined, source: {} };
  const failed = failure(standard.fetchAnswer(planAt(url), request, attempt));
  attempt.end(new AbortedError("op"));
  expect(await failed).toBeInstanceOf(AbortedError);
});

test("a process ends with its last call, and lives as long as one is on its way", async () => {
  const { url } = await serve((request, response) => {
    if (request.url?.endsWith("quick")) answer(response, 200, { run_id: "quick" }, { connection: "close" });
  });
  const kit = new URL("../../../kit/dist/client/index.js", import.meta.url).href;
  const script = `
    import { Client, TimeoutError } from ${JSON.stringify(kit)};
    const operations = { get: { name: "get", id: "get", method: "GET", path: "/{id}", security: [],
      responses: { 200: { content: [{ type: "application/json", format: "json" }] } } } };
    const service = { name: "s", securitySchemes: {}, security: [], errors: { media: "application/json" }, operations };
    // A transport without sockets: nothing but the time limit keeps the process alive.
    const never = { fetch: () => new Promise(() => {}) };
    const quick = new Client(service, { baseUrl: ${JSON.stringify(url)} });
    console.log((await quick.call("get", { path: { id: "quick" } })).run_id);
    const slow = new Client(service, { baseUrl: ${JSON.stringify(url)}, transport: never, timeoutMs: 200 });
    await slow.call("get", { path: { id: "slow" } }).catch((error) => console.log(error instanceof TimeoutError));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    // Less than the limit of the quick client.
    timeout: 20_000,
  });
  expect(stdout).toBe("quick\ntrue\n");
});
