/** The same server behind each adapter, and one raw way to talk to it. */
import { createServer, type Server as HttpServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import Fastify from "fastify";
import { toExpress } from "../../../kit/src/server/adapters/express.js";
import { fastifyErrors, toFastify } from "../../../kit/src/server/adapters/fastify.js";
import { SocketHost } from "../../../kit/src/server/index.js";
import type { SampleServer } from "./service.js";

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface Received {
  status: number;
  headers: Record<string, string>;
  text: string;
}

export interface Host {
  send(target: string, sent?: Sent): Promise<Received>;
  /** Opens a response and reads it as slowly as one likes. */
  open(target: string, sent?: Sent): Promise<{ status: number; chunks: AsyncIterableIterator<string>; leave(): void }>;
  /** Absent in process. */
  url?: string;
  stop(): Promise<void>;
}

type Start = (server: SampleServer) => Promise<Host>;

/** Bytes have no content type of their own, where a string would bring `text/plain`. */
function bytesOf(body: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return (typeof body === "string" ? new TextEncoder().encode(body) : body) as Uint8Array<ArrayBuffer>;
}

async function inProcess(server: SampleServer): Promise<Host> {
  const answer = async (target: string, { method = "GET", headers = {}, body }: Sent = {}) => {
    const gone = new AbortController();
    const bytes = body === undefined ? undefined : bytesOf(body);
    const response = await server.handle({ method, target, headers, body: bytes, signal: gone.signal });
    const whole = response.body ?? "";
    const iterable = typeof whole === "string" || whole instanceof Uint8Array ? [whole] : whole;
    return { gone, response, iterable };
  };
  const decoder = new TextDecoder();
  const decode = (chunk: string | Uint8Array) => (typeof chunk === "string" ? chunk : decoder.decode(chunk));
  return {
    async send(target, sent) {
      const { response, iterable } = await answer(target, sent);
      let text = "";
      for await (const chunk of iterable) text += decode(chunk);
      return { status: response.status, headers: response.headers, text };
    },
    async open(target, sent) {
      const { gone, response, iterable } = await answer(target, sent);
      const chunks = (async function* () {
        for await (const chunk of iterable) yield decode(chunk);
      })();
      return { status: response.status, chunks, leave: () => gone.abort() };
    },
    stop: async () => undefined,
  };
}

async function webStandard(server: SampleServer): Promise<Host> {
  const { fetch } = server;
  const build = (target: string, { method = "GET", headers = {}, body }: Sent = {}, signal?: AbortSignal) =>
    new Request(`http://memory${target}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: bytesOf(body) }),
      ...(signal ? { signal } : {}),
    });
  return {
    async send(target, sent) {
      const response = await fetch(build(target, sent));
      return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
    },
    async open(target, sent) {
      const response = await fetch(build(target, sent));
      const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
      const chunks = (async function* () {
        for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
      })();
      return { status: response.status, chunks, leave: () => void reader.cancel().catch(() => undefined) };
    },
    stop: async () => undefined,
  };
}

function overNetwork(url: string, stop: () => Promise<void>): Host {
  const begin = (target: string, { method = "GET", headers = {}, body }: Sent = {}) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const sending = httpRequest(url, { method, path: target, headers, agent: false }, resolve);
      sending.on("error", reject);
      sending.end(body);
    });
  return {
    url,
    async send(target, sent) {
      const response = await begin(target, sent);
      let text = "";
      response.setEncoding("utf8");
      for await (const chunk of response) text += chunk as string;
      return { status: response.statusCode ?? 0, headers: response.headers as Record<string, string>, text };
    },
    async open(target, sent) {
      const response = await begin(target, sent);
      response.setEncoding("utf8");
      const chunks = (async function* () {
        for await (const chunk of response) yield chunk as string;
      })();
      return { status: response.statusCode ?? 0, chunks, leave: () => void response.destroy() };
    },
    stop,
  };
}

async function onNode(server: SampleServer): Promise<Host> {
  const { url } = await server.listen();
  return overNetwork(url, () => server.close({ timeoutMs: 200 }));
}

async function onFastify(server: SampleServer): Promise<Host> {
  const app = Fastify({ frameworkErrors: fastifyErrors(server), forceCloseConnections: true });
  await app.register(toFastify(server));
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return overNetwork(url, async () => {
    await server.close({ timeoutMs: 200 });
    await app.close();
  });
}

async function onExpress(server: SampleServer): Promise<Host> {
  const app = express();
  app.use(toExpress(server));
  const http: HttpServer = createServer(app);
  http.on("upgrade", new SocketHost(server).upgrade);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return overNetwork(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, async () => {
    await server.close({ timeoutMs: 200 });
    http.closeAllConnections();
    http.close();
  });
}

export const hosts: Record<string, Start> = {
  "in process": inProcess,
  fetch: webStandard,
  "node:http": onNode,
  Fastify: onFastify,
  Express: onExpress,
};
