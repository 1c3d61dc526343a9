/** The behaviour of calls and streams once more, with undici in the place of `fetch`; and what only undici can do. */
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import type { ClientOptions, Part } from "../../../kit/src/client/index.js";
import { undiciTransport } from "../../../kit/src/client/undici/index.js";
import type { ServiceDescription } from "../../../kit/src/operation.js";
import { answer, bodyOf, Client, closeAll, failure, serve, service, wait } from "./fixtures.js";

const { transport } = vi.hoisted(() => ({ transport: { close: async (): Promise<void> => {} } }));

vi.mock("../../../kit/src/client/client.js", async (original) => {
  const { Client } = await original<typeof import("../../../kit/src/client/client.js")>();
  const { undiciTransport } = await import("../../../kit/src/client/undici/index.js");
  const undici = undiciTransport();
  transport.close = undici.close;
  class OverUndici extends Client {
    constructor(service: ServiceDescription, options: ClientOptions = {}, ...parts: readonly Part[]) {
      super(service, { transport: undici, ...options }, ...parts);
    }
  }
  return { Client: OverUndici };
});

for (const name of ["auth", "call", "errors", "page", "retry", "stream"]) {
  describe(name, async () => {
    await import(`./${name}.test.ts`);
  });
}

afterEach(closeAll);
afterAll(() => transport.close());

const path = { run_id: "r" };

test.each([
  ["gzip", gzipSync],
  ["br", brotliCompressSync],
])("an answer in %s is unpacked, and its limit counts what comes out", async (encoding, pack) => {
  const text = JSON.stringify({ run_id: "x".repeat(100_000) });
  const { url } = await serve((_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding }).end(pack(text));
  });
  expect(await new Client(service, { baseUrl: url }).call("getRun", { path })).toEqual(JSON.parse(text));
  const tight = new Client(service, { baseUrl: url, maxResponseBytes: 5000 });
  expect(String(await failure(tight.call("getRun", { path })))).toMatch(/more than 5000 bytes/);
});

test("many requests share few connections, and answers find their callers", async () => {
  const ports = new Set<unknown>();
  const { url } = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    answer(response, 200, { run_id: request.url?.split("/").at(-1) });
  });
  const own = undiciTransport({ connections: 2, pipelining: 8 });
  const client = new Client(service, { baseUrl: url, transport: own });
  const ids = Array.from({ length: 200 }, (_, index) => String(index));
  const runs = await Promise.all(ids.map((run_id) => client.call<{ run_id: string }>("getRun", { path: { run_id } })));
  expect(runs.map(({ run_id }) => run_id)).toEqual(ids);
  expect(ports.size).toBe(2);
  await own.close();
});

test("a request that waits for a connection can be aborted, and never leaves", async () => {
  const { url, seen } = await serve((_, response, count) => {
    if (count > 1) answer(response, 200, { run_id: "r" });
    else setTimeout(() => answer(response, 200, { run_id: "r" }), 80);
  });
  const own = undiciTransport({ connections: 1 });
  const client = new Client(service, { baseUrl: url, transport: own });
  const first = client.call("getRun", { path });
  const error = await failure(client.call("getRun", { path }, { signal: AbortSignal.timeout(20) }));
  expect(error).toMatchObject({ name: "AbortError" });
  await first;
  await wait(30);
  expect(seen.length).toBe(1);
  await own.close();
});

test("a large body is read with patience, by a reader that is slower than its server", async () => {
  const total = 4 * 1024 * 1024;
  const { url } = await serve((_, response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" }).end(Buffer.alloc(total, 1));
  });
  const bytes = await new Client(service, { baseUrl: url }).call<Uint8Array>("upload", {});
  expect(bytes.length).toBe(total);
});

test("middleware sees the objects of fetch", async () => {
  const { url } = await serve(async (request, response) =>
    answer(response, 200, { run_id: `${request.headers["x-trace"]}|${await bodyOf(request)}` }),
  );
  const client = new Client(service, {
    baseUrl: url,
    middleware: [
      async (request, next) => {
        request.headers.set("x-trace", "t");
        const response = await next(request);
        expect(response).toBeInstanceOf(Response);
        return response;
      },
    ],
  });
  expect(await client.call("createRun", { body: { run_id: "k", goal: "g" } })).toEqual({
    run_id: 't|{"run_id":"k","goal":"g"}',
  });
});
