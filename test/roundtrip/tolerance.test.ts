/** A newer server must not break an older client, a wrong one must not pass for a right one. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import { SessionClient } from "@agentwire/client/session";
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import {
  ApiError,
  ConflictError,
  type InvalidMessage,
  InvalidRequestError,
  InvalidResponseError,
  UnexpectedResponseError,
} from "@agentwire/kit/client";
import { service as runtimeService } from "@agentwire/models/runtime";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { collect, failure } from "../waiting.js";
import { errorOf, json, send } from "./fixtures/raw.js";
import { eventOf, ScriptedRuntime } from "./fixtures/runtime.js";
import { AT, messageOf, SESSION, viewOf } from "./fixtures/session.js";
import { listening } from "./fixtures/subjects.js";

interface Answer {
  readonly status?: number;
  readonly type?: string;
  /** Text goes out as it is, everything else as JSON. */
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** A server that is not ours and gives one answer to everything; `frames` are what it says on a socket. */
async function stranger({ status = 200, type = "application/json", body, headers }: Answer, frames: unknown[] = []) {
  const seen: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  new WebSocketServer({ server }).on("connection", (socket) => {
    for (const frame of frames) socket.send(JSON.stringify(frame));
    socket.close(1000);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const path = { run_id: "r" };

describe("a newer server: what it says is delivered as it is", () => {
  test("unknown members at every level, unknown values of enums", async () => {
    const status = { run_id: "r", state: "paused", progress: { percent: 3 }, started_at: "2026-01-02T03:04:05+02:00" };
    const { baseUrl } = await stranger({ body: status });
    expect(await new RuntimeClient({ baseUrl }).getRunStatus({ path })).toEqual(status);

    const tool = { tool_id: "t", name: "t", input_schema: {}, source: "wasm", version: "2", metadata: { owner: "x" } };
    const registry = await stranger({ body: [tool] });
    expect(await new ToolRegistryClient({ baseUrl: registry.baseUrl }).listTools()).toEqual([tool]);

    const instance = { instance_id: "i", state: "hibernating", runtime_api_endpoint: "unix:///run/x.sock", zone: "b" };
    const daemon = await stranger({ body: { instances: [instance], total: 1 } });
    expect(await new DaemonClient({ baseUrl: daemon.baseUrl }).listInstances()).toEqual({
      instances: [instance],
      total: 1,
    });

    const view = {
      ...viewOf(SESSION),
      state: "archived",
      labels: [],
      participants: [{ handle: "@a.b", status: "away" }],
    };
    const session = await stranger({ body: view });
    expect(await new SessionClient({ baseUrl: session.baseUrl }).getSession({ path: { session_id: SESSION } })).toEqual(
      view,
    );
  });

  test("texts that are not of the format they should have", async () => {
    const body = { run_id: "r", state: "queued", started_at: "yesterday" };
    const { baseUrl } = await stranger({ body });
    expect(await new RuntimeClient({ baseUrl }).getRunStatus({ path })).toEqual(body);
  });

  test("health with a status and checks of a later version", async () => {
    const body = {
      status: "maintenance",
      time: "2026-01-02T03:04:05Z",
      checks: [{ name: "x", status: "?", since: 1 }],
    };
    const { baseUrl } = await stranger({ body });
    expect(await new RuntimeClient({ baseUrl }).health()).toEqual(body);
  });

  test("unknown types of events and of content, in a page and on a socket", async () => {
    const renamed = { ...messageOf(1), type: "session.renamed", payload: { topic: "new" } };
    const bare = { type: "session.heartbeat" };
    const known = messageOf(2);
    const video = { ...known, event_id: "evt_9", payload: { ...known.payload, content: [{ type: "video", fps: 25 }] } };
    const extended = { ...messageOf(3), trace: "abc" };
    const events = [renamed, bare, video, extended];
    const { baseUrl } = await stranger({ body: { events } }, events);
    const client = new SessionClient({ baseUrl });
    expect(await collect(client.listSessionEvents({ path: { session_id: SESSION } }))).toEqual(events);
    const invalid: InvalidMessage[] = [];
    expect(await collect(client.connect({}, { onInvalid: (each) => invalid.push(each) }))).toEqual(events);
    expect(invalid).toEqual([]);
  });

  test("unknown types of events on a stream, and fields of SSE that it does not use", async () => {
    const thought = { ...eventOf("r", 0), type: "thought", model: "m" };
    const last = eventOf("r", 1, "final");
    const sse = `retry: 1\nevent: news\nid: 0\ndata: ${JSON.stringify(thought)}\n\n: note\nx: y\ndata: ${JSON.stringify(last)}\n\n`;
    const { baseUrl } = await stranger({ type: "text/event-stream; charset=utf-8", body: sse });
    expect(await collect(new RuntimeClient({ baseUrl }).streamRunEvents({ path }))).toEqual([thought, last]);
  });

  test("errors with members and codes of a later version, and errors that are none of the protocol's", async () => {
    const body = { error: { code: "runs.frozen", message: "Frozen.", retryable: false, hint: "x" }, request_id: "1" };
    const frozen = await stranger({ status: 409, body, headers: { "x-request-id": "abc" } });
    const error = await failure(
      new RuntimeClient({ baseUrl: frozen.baseUrl }).createRun({ body: { input: { goal: "x" } } }),
    );
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ code: "runs.frozen", message: "Frozen.", retryable: false, requestId: "abc", body });

    const proxy = await stranger({ status: 403, type: "text/html", body: "<h1>Forbidden</h1>" });
    const page = await failure(new RuntimeClient({ baseUrl: proxy.baseUrl }).getRunStatus({ path }));
    expect(page).toBeInstanceOf(ApiError);
    expect(page).toMatchObject({ status: 403, code: undefined, body: "<h1>Forbidden</h1>" });
  });

  test("a parameter of the media type, and its case", async () => {
    const { baseUrl } = await stranger({
      type: "Application/JSON; charset=UTF-8",
      body: { run_id: "r", state: "queued" },
    });
    expect((await new RuntimeClient({ baseUrl }).getRunStatus({ path })).state).toBe("queued");
  });
});

describe("a wrong server: an InvalidResponseError says where", () => {
  const status = { run_id: "r", state: "queued" };

  test.each<[string, unknown, string[]]>([
    ["a member missing", { state: "queued" }, [""]],
    ["a member of another type", { ...status, run_id: 7 }, ["/run_id"]],
    ["a null", { ...status, started_at: null }, ["/started_at"]],
    ["a state that is no text", { ...status, state: 1 }, ["/state"]],
    ["an array", [status], [""]],
    ["nothing", null, [""]],
  ])("%s", async (_, body, pointers) => {
    const { baseUrl } = await stranger({ body });
    const error = await failure(new RuntimeClient({ baseUrl }).getRunStatus({ path }));
    expect(error).toBeInstanceOf(InvalidResponseError);
    expect((error as InvalidResponseError).violations.map(({ pointer }) => pointer)).toEqual(pointers);
    expect((error as InvalidResponseError).operation).toBe("getRunStatus");
  });

  test.each<[string, Answer]>([
    ["malformed JSON", { body: '{"run_id":' }],
    ["no JSON", { type: "text/html", body: "<h1>Welcome</h1>" }],
    ["an empty body", { body: "" }],
  ])("%s", async (_, answer) => {
    const { baseUrl } = await stranger(answer);
    expect(await failure(new RuntimeClient({ baseUrl }).getRunStatus({ path }))).toBeInstanceOf(InvalidResponseError);
  });

  test.each([201, 202, 302])("a success that the contract does not name: %i", async (code) => {
    const { baseUrl } = await stranger({ status: code, body: status });
    const error = await failure(new RuntimeClient({ baseUrl }).createRun({ body: { input: { goal: "x" } } }));
    expect(error).toBeInstanceOf(UnexpectedResponseError);
    expect(error).toMatchObject({ status: code });
  });

  test("in the middle of a list, and of a stream, whose good items still count", async () => {
    const runs = [status, { ...status, state: null }];
    const list = await stranger({ body: { runs } });
    const inList = await failure(new DaemonClient({ baseUrl: list.baseUrl }).listRuns());
    expect((inList as InvalidResponseError).violations.map(({ pointer }) => pointer)).toEqual(["/runs/1/state"]);

    const lines = [eventOf("r", 0), { ...eventOf("r", 1), seq: "1" }].map(
      (each) => `data: ${JSON.stringify(each)}\n\n`,
    );
    const { baseUrl, seen } = await stranger({ type: "text/event-stream", body: lines.join("") });
    const good: number[] = [];
    const inStream = await failure(
      (async () => {
        for await (const { seq } of new RuntimeClient({ baseUrl }).streamRunEvents({ path })) good.push(seq);
      })(),
    );
    expect(good).toEqual([0]);
    expect(inStream).toBeInstanceOf(InvalidResponseError);
    expect((inStream as InvalidResponseError).violations.map(({ pointer }) => pointer)).toEqual(["/seq"]);
    expect(seen).toHaveLength(1);
  });

  test("on a socket: reported, dropped, and the rest goes on", async () => {
    const wrong = { ...messageOf(1), created_at: "now" };
    const { baseUrl } = await stranger({ body: {} }, [wrong, { no: "type" }, messageOf(2)]);
    const invalid: InvalidMessage[] = [];
    const channel = new SessionClient({ baseUrl }).connect({}, { onInvalid: (each) => invalid.push(each) });
    expect(await collect(channel)).toEqual([messageOf(2)]);
    expect(invalid.map(({ data }) => JSON.parse(String(data)) as unknown)).toEqual([wrong, { no: "type" }]);
    expect(invalid[0]?.reason).toContain("/created_at");
  });

  test("unless the caller wants it unchecked", async () => {
    const { baseUrl } = await stranger({ body: { surprise: AT } });
    expect(await new RuntimeClient({ baseUrl, validate: false }).getRunStatus({ path })).toEqual({ surprise: AT });
  });
});

describe("a request with a mistake", () => {
  const mistakes: [string, object][] = [
    ["/body/input", { input: { gaol: "x" } }],
    ["/body/input", { input: { goal: "x", gaol: "y" } }],
    ["/body", { input: { goal: "x" }, runId: "r" }],
    ["/body/input/goal", { input: { goal: null } }],
    ["/body/limits/max_steps", { input: { goal: "x" }, limits: { max_steps: 1.5 } }],
    ["/body/extensions", { input: { goal: "x" }, extensions: { nodot: 1 } }],
    [
      "/body/runtime_selector/runtime_api_endpoint",
      { input: { goal: "x" }, runtime_selector: { runtime_api_endpoint: "x" } },
    ],
  ];

  test.each(mistakes)("at %s: %j is refused by the client, and nothing leaves", async (pointer, body) => {
    const { baseUrl, seen } = await stranger({ body: { run_id: "r", state: "queued" } });
    const error = await failure(new RuntimeClient({ baseUrl }).createRun({ body: body as never }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as InvalidRequestError).violations.map((each) => each.pointer)).toContain(pointer);
    expect(seen).toEqual([]);
  });

  test.each(mistakes)("at %s: %j is refused by the server in the same words", async (pointer, body) => {
    const server = new ScriptedRuntime({ logger: false });
    const baseUrl = await listening(server);
    const refused = await send(baseUrl, "/v1/runs", json(body));
    expect(await errorOf(runtimeService.errors, refused)).toEqual([400, "invalid_request"]);
    const unchecked = new RuntimeClient({ baseUrl, validate: { requests: false } });
    const error = (await failure(unchecked.createRun({ body: body as never }))) as ApiError;
    const { errors } = error.details as { errors: { pointer: string }[] };
    expect(errors.map((each) => each.pointer)).toContain(pointer);
    expect(server.arrivals.all).toEqual([]);
  });

  test("a misspelt place or parameter does not get lost on the way", async () => {
    const { baseUrl, seen } = await stranger({ body: { runs: [] } });
    const daemon = new DaemonClient({ baseUrl });
    for (const request of [{ query: { pageSize: 2 } }, { query: { page_size: 0 } }, { params: {} }]) {
      expect(await failure(daemon.listRuns(request as never))).toBeInstanceOf(InvalidRequestError);
    }
    expect(await failure(daemon.getRunStatus({ path: { runId: "r" } } as never))).toBeInstanceOf(InvalidRequestError);
    expect(seen).toEqual([]);
  });

  test("a message that the channel does not know is not sent", async () => {
    const { baseUrl } = await stranger({ body: {} }, [messageOf(1)]);
    const channel = new SessionClient({ baseUrl }).connect();
    expect(await failure(channel.send({ type: "pong" } as never))).toBeInstanceOf(InvalidRequestError);
    channel.close();
  });
});
