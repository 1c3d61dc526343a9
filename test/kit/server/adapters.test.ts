import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import Fastify from "fastify";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { toExpress } from "../../../kit/src/server/adapters/express.js";
import { toFastify } from "../../../kit/src/server/adapters/fastify.js";
import { SampleServer } from "./service.js";

it("shares a Fastify app below a prefix, and leaves the rest of the app alone", async () => {
  const app = Fastify();
  app.post("/own", async (request) => ({ parsed: request.body }));
  await app.register(toFastify(new SampleServer()), { prefix: "/runtime" });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const json = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).json();
  const post = { method: "POST", body: '{"goal":"x"}', headers: { "content-type": "application/json" } };
  expect(await json("/runtime/v1/runs/a%2Fb")).toEqual({ run_id: "a/b", state: "running" });
  expect(await json("/runtime/v1/runs", post)).toMatchObject({ state: "queued" });
  expect(await json("/runtime/v1/nowhere")).toMatchObject({ error: { code: "route_not_found" } });
  expect(await json("/own", post)).toEqual({ parsed: { goal: "x" } });
  const socket = new WebSocket(`${url.replace("http", "ws")}/runtime/v1/connect`);
  const [data] = await new Promise<unknown[]>((resolve) => socket.on("message", (...message) => resolve(message)));
  expect(String(data)).toBe('{"text":"hello dev"}');
  await app.close();
});

it("shares an Express app below a path, and passes unknown paths on when asked to", async () => {
  const app = express();
  app.use("/runtime", toExpress(new SampleServer(), { passthrough: true }));
  app.use((_request, response) => void response.status(418).send("next"));
  const http = createServer(app);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  expect((await fetch(`${url}/runtime/v1/runs/a`)).status).toBe(200);
  expect((await fetch(`${url}/runtime/v1/runs`, { method: "PUT" })).status).toBe(405);
  expect((await fetch(`${url}/runtime/v1/nowhere`)).status).toBe(418);
  expect((await fetch(`${url}/elsewhere`)).status).toBe(418);
  http.closeAllConnections();
  http.close();
});

it("drains on SIGTERM", async () => {
  const stay = () => undefined; // keeps the signal from ending this process
  process.on("SIGTERM", stay);
  const server = new SampleServer();
  const { url } = await server.listen();
  expect((await fetch(`${url}/v1/health`)).status).toBe(200);
  process.emit("SIGTERM", "SIGTERM");
  await expect.poll(() => fetch(url).catch(() => "closed")).toBe("closed");
  await server.close();
  process.off("SIGTERM", stay);
});
