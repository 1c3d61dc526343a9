import { setTimeout as wait } from "node:timers/promises";
import type { ApiError, ClientOptions } from "@agentwire/kit/client";
import { inMemory, type Server } from "@agentwire/kit/server";
import { expect, onTestFinished } from "vitest";

/** The two ways in which a client meets a server: without a network, and over one. */
export const WAYS = ["in memory", "over a socket"] as const;
export type Way = (typeof WAYS)[number];

/** Serves until the test is over; what comes back makes a client. */
export async function serve(server: Server, way: Way = "in memory"): Promise<ClientOptions> {
  onTestFinished(() => server.close({ timeoutMs: 500 }));
  if (way === "in memory") return { transport: inMemory(server) };
  const { url } = await server.listen({ port: 0, signals: false });
  return { baseUrl: url };
}

/** Listens until the test is over; for servers that others are to find by their address. */
export async function listen(server: Server): Promise<string> {
  const { baseUrl } = await serve(server, "over a socket");
  return String(baseUrl);
}

/** All items of a stream. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Asks until the answer is the one wanted. */
export async function eventually<T>(ask: () => PromiseLike<T> | T, wanted: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await ask();
    if (wanted(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)} after 5 s`);
    await wait(10);
  }
}

/** Expects a call to be refused with this status, and this code where one is given. */
export async function refused(call: PromiseLike<unknown>, status: number, code?: string): Promise<ApiError> {
  const error = await Promise.resolve(call).then(
    (value) => expect.fail(`expected ${status}, got ${JSON.stringify(value)}`),
    (reason: unknown) => reason as ApiError,
  );
  expect({ status: error.status, message: error.message }).toMatchObject({ status });
  if (code !== undefined) expect(error.code).toBe(code);
  return error;
}
