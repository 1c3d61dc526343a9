import { afterEach, expect, test } from "vitest";
import { AbortedError, ApiError, ConnectionError, TimeoutError } from "../../../kit/src/client/index.js";
import { backoff, delayFor } from "../../../kit/src/client/retry.js";
import { answer, bodyOf, Client, closeAll, failure, serve, service, wait } from "./fixtures.js";

afterEach(closeAll);

const later = { "retry-after": "0" };
const path = { run_id: "r" };

test.each([
  [408, 3],
  [425, 3],
  [429, 3],
  [500, 3],
  [502, 3],
  [503, 3],
  [504, 3],
  [400, 1],
  [401, 1],
  [404, 1],
  [409, 1],
  [422, 1],
  [501, 1],
])("status %i of a safe operation is sent %i times", async (status, times) => {
  const { url, seen } = await serve((_, response) => answer(response, status, {}, later));
  const error = await failure(new Client(service, { baseUrl: url }).call("getRun", { path }));
  expect(error).toMatchObject({ status });
  expect(seen.length).toBe(times);
});

test("an operation that is not safe is sent once, and so is one whose server says that it is no use", async () => {
  const { url, seen } = await serve((_, response) => answer(response, 503, { error: { retryable: false } }, later));
  const client = new Client(service, { baseUrl: url });
  await failure(client.call("cancelRun", { path }));
  expect(seen.length).toBe(1);
  await failure(client.call("getRun", { path }));
  expect(seen.length).toBe(2);
});

test("a generated idempotency key is the same in every attempt, and the caller's object stays as it was", async () => {
  const keys: unknown[] = [];
  const { url } = await serve(async (request, response, count) => {
    const { run_id } = JSON.parse(await bodyOf(request)) as { run_id: string };
    keys.push(run_id);
    if (count < 3) answer(response, 503, {}, later);
    else answer(response, 200, { run_id });
  });
  const client = new Client(service, { baseUrl: url });
  const request = Object.freeze({ body: Object.freeze({ goal: "g" }) });
  await client.call("createRun", request);
  expect(request).toEqual({ body: { goal: "g" } });
  expect(keys.length).toBe(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  await client.call("createRun", { body: { goal: "g", run_id: "mine" } });
  expect(keys.at(-1)).toBe("mine");
});

test("a keyed operation without a key is sent once", async () => {
  const createRun = service.operations.createRun;
  if (createRun === undefined) throw new Error("no fixture");
  const keyed = { ...service, operations: { createRun: { ...createRun, idempotency: { key: "/body/run_id" } } } };
  const { url, seen } = await serve((_, response) => answer(response, 503, {}, later));
  const client = new Client(keyed, { baseUrl: url });
  await failure(client.call("createRun", { body: { goal: "g" } }));
  expect(seen.length).toBe(1);
  await failure(client.call("createRun", { body: { goal: "g", run_id: "k" } }));
  expect(seen.length).toBe(4);
});

test("a connection that breaks is tried again, also in the middle of the body", async () => {
  const { url, seen } = await serve((_, response, count) => {
    if (count === 1) return void response.destroy();
    if (count === 2) {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" }).write('{"run_id"');
      return void setTimeout(() => response.destroy(), 10);
    }
    answer(response, 200, { run_id: "r" });
  });
  expect(await new Client(service, { baseUrl: url }).call("getRun", { path })).toEqual({ run_id: "r" });
  expect(seen.length).toBe(3);
});

test("no server is a ConnectionError that keeps its cause; retries: 0 does not wait", async () => {
  const error = await failure(
    new Client(service, { baseUrl: "http://127.0.0.1:1", retries: 0 }).call("getRun", { path }),
  );
  expect(error).toBeInstanceOf(ConnectionError);
  expect((error as Error).cause).toBeInstanceOf(Error);
});

test("Retry-After is honoured", async () => {
  const times: number[] = [];
  const { url } = await serve((_, response, count) => {
    times.push(Date.now());
    if (count === 1) return answer(response, 503, {}, { "retry-after": "1" });
    answer(response, 200, { run_id: "r" });
  });
  await new Client(service, { baseUrl: url }).call("getRun", { path });
  const [first = 0, second = 0] = times;
  expect(second - first).toBeGreaterThanOrEqual(990);
});

test("the server's wait goes before the back-off, in seconds and as a date", async () => {
  let asked = "";
  const { url } = await serve((_, response) => answer(response, 503, {}, { "retry-after": asked }));
  const waitFor = async (value: string) => {
    asked = value;
    return delayFor(await failure(new Client(service, { baseUrl: url, retries: 0 }).call("getRun", { path })), 123);
  };
  expect(await waitFor("7")).toBe(7000);
  expect(await waitFor("0")).toBe(0);
  expect(await waitFor("3600")).toBe(30_000);
  expect(await waitFor(new Date(Date.now() - 5000).toUTCString())).toBe(0);
  expect(await waitFor(new Date(Date.now() + 3_600_000).toUTCString())).toBe(30_000);
  expect(await waitFor("soon")).toBe(123);
});

test("back-off doubles up to its cap, with full jitter", () => {
  for (let failures = 0; failures < 12; failures++) {
    const delays = Array.from({ length: 50 }, () => backoff(failures, 500));
    expect(Math.max(...delays)).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** failures));
    expect(new Set(delays).size).toBeGreaterThan(40);
  }
});

test("the timeout is per attempt, covers the body, and is tried again", async () => {
  const { url, seen } = await serve((_, response, count) => {
    if (count === 1) return;
    if (count === 2) return void response.writeHead(200, { "content-type": "application/json" }).write("{");
    answer(response, 200, { run_id: "r" });
  });
  expect(await new Client(service, { baseUrl: url, timeoutMs: 400 }).call("getRun", { path })).toEqual({ run_id: "r" });
  expect(seen.length).toBe(3);
  const silent = await serve(() => {});
  const error = await failure(
    new Client(service, { baseUrl: silent.url }).call("getRun", { path }, { timeoutMs: 30, retries: 0 }),
  );
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toMatchObject({ operation: "getRun", timeoutMs: 30 });
});

test("a fetch that ignores signals cannot outstay the timeout", async () => {
  const client = new Client(service, { fetch: () => new Promise(() => {}), timeoutMs: 20, retries: 0 });
  expect(await failure(client.call("getRun", { path }))).toBeInstanceOf(TimeoutError);
});

test.each([
  ["before it starts", 0, () => {}],
  ["while it waits for an answer", 1, () => {}],
  [
    "while it reads the body",
    1,
    (response: import("node:http").ServerResponse) =>
      void response.writeHead(200, { "content-type": "application/json" }).write("{"),
  ],
  [
    "while it waits to try again",
    1,
    (response: import("node:http").ServerResponse) => answer(response, 503, {}, { "retry-after": "20" }),
  ],
])(
  "an abort %s ends the call at once",
  async (_, requests, handler) => {
    const controller = new AbortController();
    const { url, seen } = await serve((__, response) => {
      handler(response);
      setTimeout(() => controller.abort("enough"), 40);
    });
    if (requests === 0) controller.abort("enough");
    const call = new Client(service, { baseUrl: url }).call("getRun", { path }, { signal: controller.signal });
    const error = await failure(call);
    expect(error).toBeInstanceOf(AbortedError);
    expect(error).toMatchObject({ name: "AbortError", cause: "enough" });
    await wait(20);
    expect(seen.length).toBe(requests);
  },
  // Less than any of them would take without the abort.
  15_000,
);

test("an error of a middleware is the caller's, and not tried again", async () => {
  let calls = 0;
  const client = new Client(service, {
    middleware: [
      () => {
        calls += 1;
        throw new RangeError("mine");
      },
    ],
  });
  expect(await failure(client.call("getRun", { path }))).toBeInstanceOf(RangeError);
  expect(calls).toBe(1);
  expect(ApiError).toBeDefined();
});
