/** One server behind every host: whatever stands before it, the answers are the same. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Server, toNode } from "@agentwire/kit/server";
import { toExpress } from "@agentwire/kit/server/express";
import { fastifyErrors, toFastify } from "@agentwire/kit/server/fastify";
import express from "express";
import Fastify from "fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import { json, type Received, type Sent, send } from "./fixtures/raw.js";
import { eventOf } from "./fixtures/runtime.js";
import { runtime } from "./fixtures/services.js";
import { tokenOf } from "./fixtures/subjects.js";

type Ask = (target: string, sent?: Sent) => Promise<Received>;

const hosts: Readonly<Record<string, (server: Server) => Promise<Ask>>> = {
  "node:http": async (server) => onPort(createServer(toNode(server))),
  "web fetch": async (server) => async (target, sent) => {
    const { method = "GET", headers = {}, body } = sent ?? {};
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const init = { method, headers, ...(bytes === undefined ? {} : { body: bytes as Uint8Array<ArrayBuffer> }) };
    const response = await server.fetch(new Request(`http://host.example${target}`, init));
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
  },
  Fastify: async (server) => {
    const app = Fastify({ frameworkErrors: fastifyErrors(server), forceCloseConnections: true });
    await app.register(toFastify(server));
    onTestFinished(() => app.close());
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    return (target, sent) => send(url, target, sent);
  },
  Express: async (server) => {
    const app = express();
    app.use(toExpress(server));
    return onPort(createServer(app));
  },
};

async function onPort(http: ReturnType<typeof createServer>): Promise<Ask> {
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return (target, sent) => send(url, target, sent);
}

const token = { authorization: `Bearer ${tokenOf("ArpBearerJWT")}` };
const RUN = { run_id: "r", input: { goal: "Grüße 💬" } };
const large = JSON.stringify({ input: { goal: "x".repeat(1024 * 1024) } });
const events = [eventOf("r", 0), eventOf("r", 1), eventOf("r", 2, "final")];

/** What is asked, and what every host must answer: status and a part of the body. */
const TABLE: readonly (readonly [string, string, Sent, number, string])[] = [
  ["a public operation", "/v1/version", {}, 200, '"supported_api_versions":["v1"]'],
  ["a body, both ways", "/v1/runs", json(RUN, token), 200, "Grüße 💬"],
  ["an id full of escapes", "/v1/runs/a%2Fb%3Ac%25%20%C3%BC%2B+@", { headers: token }, 200, '"a/b:c% ü++@"'],
  ["an action after a colon", "/v1/runs/a%2Fb:cancel", { method: "POST", headers: token }, 200, '"canceled"'],
  ["a stream of events", "/v1/runs/r/events", { headers: token }, 200, `data: ${JSON.stringify(events[2])}\n\n`],
  [
    "a stream of lines",
    "/v1/runs/r/events",
    { headers: { ...token, accept: "application/x-ndjson" } },
    200,
    events.map((each) => `${JSON.stringify(each)}\n`).join(""),
  ],
  ["HEAD", "/v1/runs/r", { method: "HEAD", headers: token }, 200, ""],
  ["OPTIONS", "/v1/runs/r", { method: "OPTIONS", headers: token }, 204, ""],
  ["no token", "/v1/runs/r", {}, 401, '"unauthorized"'],
  ["an unknown path", "/nowhere", { headers: token }, 404, '"route_not_found"'],
  ["a broken escape", "/v1/runs/%zz", { headers: token }, 400, '"invalid_request"'],
  ["a wrong method", "/v1/runs/r", { method: "DELETE", headers: token }, 405, '"method_not_allowed"'],
  ["a wrong Accept", "/v1/runs/r", { headers: { ...token, accept: "text/html" } }, 406, '"not_acceptable"'],
  ["a body that is no JSON", "/v1/runs", { ...json(RUN, token), body: "{" }, 400, '"invalid_request"'],
  ["a body that the contract refuses", "/v1/runs", json({ input: null }, token), 400, '"/body/input"'],
  [
    "a media type that nobody takes",
    "/v1/runs",
    { ...json(RUN, token), headers: { ...token, "content-type": "text/plain" } },
    415,
    '"unsupported_media_type"',
  ],
  ["a form, which frameworks like to read", "/v1/runs/r:cancel", form("a=b"), 200, '"canceled"'],
  ["a body that is too large", "/v1/runs", { ...json(RUN, token), body: large }, 413, '"payload_too_large"'],
];

function form(body: string): Sent {
  return { method: "POST", headers: { ...token, "content-type": "application/x-www-form-urlencoded" }, body };
}

/** What must not depend on the host; HTTP's own housekeeping may. */
function essence({ status, headers, text }: Received) {
  const { "content-type": type, "www-authenticate": challenge, allow, "cache-control": cache } = headers;
  return { status, type, challenge, allow: allow?.split(", ").sort(), cache, text };
}

describe.each(Object.entries(hosts))("%s", (_, start) => {
  test.each(TABLE)("%s", async (_, target, sent, status, part) => {
    const server = runtime.server();
    onTestFinished(() => server.close({ timeoutMs: 0 }));
    const received = await (await start(server))(target, sent);
    expect(received.status).toBe(status);
    if (part === "") expect(received.text).toBe("");
    else expect(received.text).toContain(part);
    expect(received.headers["x-request-id"]).toMatch(/^[\w.-]+$/);
  });

  test("gives the answers of the server itself, to the letter", async () => {
    const server = runtime.server();
    onTestFinished(() => server.close({ timeoutMs: 0 }));
    const ask = await start(server);
    for (const [name, target, sent] of TABLE) {
      const { method = "GET", headers = {}, body } = sent;
      const bytes = body === undefined ? undefined : Buffer.from(body as string);
      const signal = new AbortController().signal;
      const direct = await server.handle({ method, target, headers, body: bytes, signal });
      let text = "";
      const chunks = typeof direct.body === "string" || direct.body === undefined ? [direct.body ?? ""] : direct.body;
      for await (const chunk of chunks as AsyncIterable<string>) text += chunk;
      expect(essence(await ask(target, sent)), name).toEqual(essence({ ...direct, text }));
    }
  });
});
