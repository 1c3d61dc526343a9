import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  authentication,
  type ClientOptions,
  Client as LeanClient,
  media,
  styles,
  withServer,
} from "../../../kit/src/client/index.js";
import type { Operation, ServiceDescription } from "../../../kit/src/operation.js";
import type { Schema } from "../../../kit/src/validation/types.js";
import { schema } from "../schema.js";

export { schema };

export const object = (properties: object, required: string[] = []) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const run = schema("Run", object({ run_id: { type: "string" }, state: { type: "string" } }, ["run_id"]));
const event = schema("RunEvent", object({ seq: { type: "integer" }, type: { type: "string" } }, ["seq", "type"]));
const page = schema("Page", object({ runs: { type: "array" }, next: {} }, ["runs"]));
const runId = { name: "run_id", in: "path", required: true, type: "string" } as const;
const json = (each: Schema) => ({ content: [{ type: "application/json", format: "json" as const, schema: each }] });
const lastEventId = { name: "Last-Event-ID", in: "header", type: "string" } as const;
const stream = {
  item: "data",
  id: "/seq",
  resume: "Last-Event-ID",
  terminal: { at: "/type", values: ["final"] },
} as const;

function operations(...rows: Operation[]): Record<string, Operation> {
  return Object.fromEntries(rows.map((row) => [row.name, row]));
}

/** The client of a contract that needs all parts. */
export class Client extends LeanClient {
  constructor(about: ServiceDescription, options?: ClientOptions) {
    super(about, withServer(about, options), authentication(options?.auth), styles, media);
  }
}

export const service: ServiceDescription = {
  name: "runtime",
  title: "Runtime",
  version: "v1",
  securitySchemes: {
    token: { type: "http", scheme: "bearer", query: "token" },
    user: { type: "http", scheme: "basic" },
    key: { type: "apiKey", in: "query", name: "api_key" },
  },
  security: [{ token: [] }],
  errors: {
    media: "application/problem+json",
    code: "/error/code",
    message: "/error/message",
    details: "/error/details",
    retryable: "/error/retryable",
  },
  channels: {
    connect: {
      name: "connect",
      id: "connect",
      path: "/connect",
      receive: schema("Event", object({ event_id: { type: "string" }, n: { type: "integer" } }, ["event_id"])),
      send: schema("Message", object({ text: { type: "string" } }, ["text"])),
      parameters: [{ name: "after", in: "query", type: "string" }],
      resume: { cursor: "parameter", id: "/event_id", parameter: "after" },
      heartbeat: { interval: 0.1, ping: { type: "ping" }, pong: { type: "pong" } },
      close: { 4001: { meaning: "token revoked", reconnect: false }, 1001: { meaning: "shutdown", reconnect: true } },
    },
  },
  operations: operations(
    {
      name: "health",
      id: "health",
      method: "GET",
      path: "/v1/health",
      security: [],
      retry: "always",
      responses: { 200: json(schema("Health", {})) },
    },
    {
      name: "getRun",
      id: "get_run",
      method: "GET",
      path: "/v1/runs/{run_id}",
      parameters: [runId],
      retry: "always",
      responses: { 200: json(run), default: json(schema("Problem", {})) },
    },
    {
      name: "createRun",
      id: "create_run",
      method: "POST",
      path: "/v1/runs",
      request: schema(
        "CreateRunRequest",
        object({ body: object({ run_id: { type: "string" }, goal: { type: "string" } }, ["goal"]) }, ["body"]),
      ),
      body: { required: true, content: [{ type: "application/json", format: "json" }] },
      retry: "keyed",
      idempotency: { key: "/body/run_id", generate: true },
      responses: { 200: json(run) },
    },
    {
      name: "cancelRun",
      id: "cancel_run",
      method: "POST",
      path: "/v1/runs/{run_id}:cancel",
      parameters: [runId],
      responses: { 200: json(run), 204: {} },
    },
    {
      name: "listRuns",
      id: "list_runs",
      method: "GET",
      path: "/v1/runs",
      parameters: [
        { name: "page_token", in: "query", type: "string" },
        { name: "filter", in: "query", type: "object", style: "deepObject" },
      ],
      retry: "always",
      pagination: { items: "/runs", next: "/next", cursor: { name: "page_token", type: "string" } },
      responses: { "2XX": json(page) },
    },
    {
      name: "listSteps",
      id: "list_steps",
      method: "GET",
      path: "/v1/steps",
      parameters: [{ name: "after", in: "query", type: "integer" }],
      pagination: { items: "/runs", next: "/next", cursor: { name: "after", type: "integer" } },
      responses: { 200: json(page) },
    },
    {
      name: "streamRunEvents",
      id: "stream_run_events",
      method: "GET",
      path: "/v1/runs/{run_id}/events",
      parameters: [runId, lastEventId],
      retry: "always",
      responses: {
        200: {
          content: [
            { type: "text/event-stream", format: "stream", schema: event, stream: { framing: "sse", ...stream } },
            { type: "application/x-ndjson", format: "stream", schema: event, stream: { framing: "ndjson", ...stream } },
          ],
        },
      },
    },
    {
      name: "tail",
      id: "tail",
      method: "GET",
      path: "/v1/tail",
      retry: "always",
      responses: {
        200: {
          content: [
            { type: "text/event-stream", format: "stream", stream: { framing: "sse", item: "event", heartbeat: 0.05 } },
          ],
        },
      },
    },
    {
      name: "upload",
      id: "upload",
      method: "PUT",
      path: "/v1/upload",
      security: [{ key: [] }],
      body: {
        content: [
          { type: "application/octet-stream", format: "binary" },
          { type: "multipart/form-data", format: "multipart" },
          { type: "application/x-www-form-urlencoded", format: "form" },
          { type: "text/plain", format: "text" },
        ],
      },
      responses: { 200: { content: [{ type: "*/*", format: "binary" }] } },
    },
  ),
};

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void | Promise<void>;

export interface Fixture {
  readonly url: string;
  /** Method and target of every request, in order. */
  readonly seen: string[];
  close(): void;
}

const running: Fixture[] = [];

/** A node:http server on a free port; `count` is the number of the request, from 1. */
export async function serve(handler: Handler): Promise<Fixture> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    void handler(request, response, seen.length);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const fixture = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  running.push(fixture);
  return fixture;
}

export function closeAll(): void {
  for (const fixture of running.splice(0)) fixture.close();
}

export function answer(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...(body !== undefined && { "content-type": "application/json" }), ...headers });
  response.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

export async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
