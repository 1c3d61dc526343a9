/** The generated servers as a stranger's client meets them: plain HTTP, byte by byte. */
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import type { Operation } from "@agentwire/kit";
import { reply } from "@agentwire/kit/server";
import type { RunStatus } from "@agentwire/models/runtime";
import { describe, expect, test } from "vitest";
import { Fault } from "./fixtures/fault.js";
import { errorOf, json, type Received, type Sent, send, sendBytes } from "./fixtures/raw.js";
import { ScriptedRuntime } from "./fixtures/runtime.js";
import { daemon, runtime, session } from "./fixtures/services.js";
import { AGENT_TOKEN, bearer, codesOf, named, RUN_TOKEN, requestOf, VALID_RUN } from "./fixtures/stranger.js";
import { listening, tokenOf } from "./fixtures/subjects.js";

describe("paths", () => {
  test("a literal colon is part of the path, raw and percent-encoded ids are the same id", async () => {
    const server = runtime.server();
    const url = await listening(server);
    const cancel = async (target: string) => {
      const { status, text } = await send(url, target, { method: "POST", headers: RUN_TOKEN });
      return [status, (JSON.parse(text) as RunStatus).run_id];
    };
    expect(await cancel("/v1/runs/a:cancel")).toEqual([200, "a"]);
    expect(await cancel("/v1/runs/a%3Ab:cancel")).toEqual([200, "a:b"]);
    expect(await cancel("/v1/runs/a:b:cancel")).toEqual([200, "a:b"]);
    expect(await cancel("/v1/runs/a%2Fb%25%20%C3%BC:cancel")).toEqual([200, "a/b% ü"]);
    expect(server.arrivals.all.map(({ operation }) => operation)).toEqual(Array(4).fill("cancelRun"));
  });

  test("an encoded colon is data: it does not make the action of a path", async () => {
    const server = runtime.server();
    const url = await listening(server);
    const { text } = await send(url, "/v1/runs/a%3Acancel", { headers: RUN_TOKEN });
    expect(JSON.parse(text)).toMatchObject({ run_id: "a:cancel" });
    const refused = await send(url, "/v1/runs/a%3Acancel", { method: "POST", headers: RUN_TOKEN });
    expect(await errorOf(runtime.service.errors, refused)).toEqual([405, "method_not_allowed"]);
  });

  test("an id is never empty", async () => {
    const server = runtime.server();
    const url = await listening(server);
    for (const [method, target, answer] of [
      ["GET", "/v1/runs/", [404, "route_not_found"]],
      ["GET", "/v1/runs//result", [404, "route_not_found"]],
      ["GET", "/v1/runs//events", [404, "route_not_found"]],
      ["POST", "/v1/runs/:cancel", [405, "method_not_allowed"]],
    ] as const) {
      const refused = await send(url, target, { method, headers: RUN_TOKEN });
      expect(await errorOf(runtime.service.errors, refused), target).toEqual(answer);
    }
    expect(server.arrivals.all).toEqual([]);
  });

  test("register is a path of its own beside that of the instances", async () => {
    const server = daemon.server();
    const url = await listening(server);
    const body = { runtime_api_endpoint: "http://127.0.0.1:1" };
    expect((await send(url, "/v1/instances:register", json(body, RUN_TOKEN))).status).toBe(200);
    const elsewhere = await send(url, "/v1/instances%3Aregister", json(body, RUN_TOKEN));
    expect(await errorOf(daemon.service.errors, elsewhere)).toEqual([404, "route_not_found"]);
    expect(server.arrivals.all.map(({ operation }) => operation)).toEqual(["registerInstance"]);
  });

  test.each(["%", "%zz", "%C3", "%FF%FE"])("a broken percent-encoding, %s, is a bad request", async (id) => {
    const server = runtime.server();
    const refused = await send(await listening(server), `/v1/runs/${id}`, { headers: RUN_TOKEN });
    expect(await errorOf(runtime.service.errors, refused)).toEqual([400, "invalid_request"]);
    expect(server.arrivals.all).toEqual([]);
  });
});

describe("bodies that may be missing", () => {
  const bodies: [string, Sent][] = [
    ["no body and no content type", {}],
    ["an empty body with a content type", { headers: { "content-type": "application/json", "content-length": "0" } }],
    ["{}", { headers: { "content-type": "application/json" }, body: "{}" }],
    ["{} without a content type", { body: "{}" }],
    ["{} as UTF-8", { headers: { "content-type": "application/json; charset=utf-8" }, body: "{}" }],
  ];

  test.each(bodies)("cancel takes %s", async (_, sent) => {
    const server = runtime.server();
    const headers = { ...RUN_TOKEN, ...sent.headers };
    const { status } = await send(await listening(server), "/v1/runs/r:cancel", { ...sent, method: "POST", headers });
    expect(status).toBe(200);
    expect(server.arrivals.last?.request).toEqual({ path: { run_id: "r" } });
  });

  test.each(bodies)("join, leave, end and reopen take %s", async (_, sent) => {
    const server = session.server();
    const url = await listening(server);
    for (const verb of ["join", "leave", "end", "reopen"]) {
      const headers = { ...AGENT_TOKEN, ...sent.headers };
      const received = await send(url, `/sessions/sess_1/${verb}`, { ...sent, method: "POST", headers });
      expect([verb, received.status, received.text]).toEqual([verb, 200, '{"ok":true}']);
    }
    expect(server.arrivals.all).toHaveLength(4);
  });

  test("headers of other makers' clients do no harm", async () => {
    const url = await listening(session.server());
    const headers = { ...AGENT_TOKEN, "idempotency-key": "0b0e3e2e", "x-asp-agent": "@a.b" };
    expect((await send(url, "/sessions", json({}, headers))).status).toBe(201);
  });
});

describe.each(named)("%s refuses", (name, subject) => {
  const { service } = subject;
  const codes = codesOf(name);
  const writing = Object.values(service.operations).filter(({ body }) => body?.required === true);

  /** Sends the same fault to every operation that needs a body; none may reach its method. */
  async function refusals(fault: (sent: Sent, body: Record<string, unknown>) => Sent): Promise<[number, string][]> {
    const server = subject.server();
    const url = await listening(server);
    const answers: [number, string][] = [];
    for (const operation of writing) {
      const { target, sent } = requestOf(subject, operation);
      const body = JSON.parse(String(sent.body)) as Record<string, unknown>;
      answers.push(await errorOf(service.errors, await send(url, target, fault(sent, body))));
    }
    expect(server.arrivals.all).toEqual([]);
    return answers;
  }
  const all = (status: number, code: string) => writing.map(() => [status, code]);

  test("a body that is missing", async () => {
    expect(await refusals(({ body: _, ...sent }) => sent)).toEqual(all(400, codes.malformed));
  });

  test.each(["", " ", "{", '{"a":1,}', "{'a':1}", "NaN", '{"a":"\u0001"}'])("the malformed JSON %j", async (text) => {
    expect(await refusals((sent) => ({ ...sent, body: text }))).toEqual(all(400, codes.malformed));
  });

  test("bytes that are not UTF-8, and nesting without end", async () => {
    const bytes = new Uint8Array([0x22, 0xc3, 0x28, 0x22]);
    expect(await refusals((sent) => ({ ...sent, body: bytes }))).toEqual(all(400, codes.malformed));
    const deep = "[".repeat(100_000);
    expect(await refusals((sent) => ({ ...sent, body: deep }))).toEqual(all(400, codes.malformed));
  });

  test.each(["null", "[]", '"text"', "0", "true"])("the body %s, which is no object", async (text) => {
    expect(await refusals((sent) => ({ ...sent, body: text }))).toEqual(all(400, codes.invalid));
  });

  test("null for every member", async () => {
    for (const { name: operation } of writing) {
      const request = subject.trips[operation]?.request as { body: Record<string, unknown> };
      for (const member of Object.keys(request.body)) {
        const fault = (sent: Sent, body: Record<string, unknown>): Sent =>
          member in body ? { ...sent, body: JSON.stringify({ ...body, [member]: null }) } : { ...sent, body: "null" };
        expect(await refusals(fault), member).toEqual(all(400, codes.invalid));
      }
    }
  });

  test("members that the contract does not name", async () => {
    const fault = (sent: Sent, body: object): Sent => ({ ...sent, body: JSON.stringify({ ...body, surprise: 1 }) });
    expect(await refusals(fault)).toEqual(all(400, codes.invalid));
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/xml", "json", ""])(
    "the media type %j",
    async (type) => {
      const fault = (sent: Sent): Sent => ({ ...sent, headers: { ...sent.headers, "content-type": type } });
      expect(await refusals(fault)).toEqual(all(415, "unsupported_media_type"));
    },
  );

  test("a charset and an encoding that it does not read", async () => {
    const charset = (sent: Sent): Sent => ({
      ...sent,
      headers: { ...sent.headers, "content-type": "application/json; charset=utf-16" },
    });
    expect(await refusals(charset)).toEqual(all(415, "unsupported_media_type"));
    const gzip = (sent: Sent): Sent => ({ ...sent, headers: { ...sent.headers, "content-encoding": "gzip" } });
    expect(await refusals(gzip)).toEqual(all(415, "unsupported_media_type"));
  });

  test("a body above 1 MiB, whether its length is declared or not", async () => {
    const large = `"${"x".repeat(1024 * 1024)}"`;
    expect(await refusals((sent) => ({ ...sent, body: large }))).toEqual(all(413, "payload_too_large"));
    const chunked = (sent: Sent): Sent => ({
      ...sent,
      headers: { ...sent.headers, "transfer-encoding": "chunked" },
      body: large,
    });
    expect(await refusals(chunked)).toEqual(all(413, "payload_too_large"));
  });

  test("an Accept that nothing answers, on every operation with a body in its answer", async () => {
    const server = subject.server();
    const url = await listening(server);
    const answering = Object.values(service.operations).filter(({ responses }) => responses["204"] === undefined);
    for (const operation of answering) {
      const { target, sent } = requestOf(subject, operation);
      for (const accept of ["application/xml", "text/html;q=0.9", "application/json;q=0, text/event-stream;q=0"]) {
        const refused = await send(url, target, { ...sent, headers: { ...sent.headers, accept } });
        expect(await errorOf(service.errors, refused), operation.name).toEqual([406, "not_acceptable"]);
      }
    }
    expect(server.arrivals.all).toEqual([]);
  });

  test.each(["/", "/v1", "/v1/nowhere", "/v2/runs", "/V1/runs", "//v1/runs", "/v1/runs/a/b/c", "/%2e%2e/etc/passwd"])(
    "the unknown route %s",
    async (target) => {
      const url = await listening(subject.server());
      const token = Object.keys(service.securitySchemes)[0] ?? "";
      for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
        const refused = await send(url, target, { method, headers: bearer(tokenOf(token)) });
        expect(await errorOf(service.errors, refused)).toEqual([404, codes.route]);
      }
    },
  );

  test("every wrong method of every path, and says which are right", async () => {
    const server = subject.server();
    const url = await listening(server);
    const rows = Object.values(service.operations);
    const takes = (row: Operation, target: string) =>
      new RegExp(`^${row.path.replace(/\{[^{}]+\}/g, "[^/]+")}$`).test(target);
    for (const row of rows) {
      const { target, sent } = requestOf(subject, row);
      const path = target.split("?", 1)[0] ?? "";
      // A raw colon may also stand in an id, so what has `:cancel` at its end is a run for the other methods.
      const methods = rows.filter((each) => takes(each, path)).map(({ method }) => method);
      for (const method of ["GET", "PUT", "POST", "DELETE", "PATCH", "TRACE", "PURGE"]) {
        if (methods.includes(method)) continue;
        const refused = await send(url, path, { method, headers: { ...sent.headers } });
        expect(await errorOf(service.errors, refused), `${method} ${path}`).toEqual([405, "method_not_allowed"]);
        expect(refused.headers.allow?.split(", ")).toEqual(expect.arrayContaining(methods));
      }
    }
    expect(server.arrivals.all).toEqual([]);
  });

  test("what is no HTTP, and headers without end", async () => {
    const url = await listening(subject.server());
    for (const [bytes, status] of [
      ["NONSENSE\r\n\r\n", 400],
      ["GET /v1/health HTTP/1.1\r\nhost: x\r\nbroken header\r\n\r\n", 400],
      ["POST /v1/runs HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}", 400],
      [`GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ] as const) {
      const [head = "", text = ""] = (await sendBytes(url, bytes)).split("\r\n\r\n");
      const type = /content-type: (.*)/i.exec(head)?.[1] ?? "";
      const received: Received = { status: Number(head.split(" ")[1]), headers: { "content-type": type }, text };
      expect(await errorOf(service.errors, received)).toEqual([status, codes.invalid]);
    }
  });
});

test.each([
  ["/input/goal", { input: { goal: null } }],
  ["/input/context", { input: { goal: "x", context: null } }],
  ["/input", { input: { goal: "x", gaol: "y" } }],
  ["/limits/max_steps", { ...VALID_RUN, limits: { max_steps: 0 } }],
  ["/limits/timeout_ms", { ...VALID_RUN, limits: { timeout_ms: "1" } }],
  ["/tool_policy/allow_tool_ids/0", { ...VALID_RUN, tool_policy: { allow_tool_ids: [null] } }],
  ["/metadata/labels/team", { ...VALID_RUN, metadata: { labels: { team: null } } }],
  ["/extensions", { ...VALID_RUN, extensions: { nodot: 1 } }],
  ["/runtime_selector/runtime_api_endpoint", { ...VALID_RUN, runtime_selector: { runtime_api_endpoint: "here" } }],
])("a refusal points at %s and does not repeat what was sent", async (pointer, body) => {
  const marked = { ...body, run_id: "<script>secret</script>" };
  const refused = await send(await listening(runtime.server()), "/v1/runs", json(marked, RUN_TOKEN));
  expect(await errorOf(runtime.service.errors, refused)).toEqual([400, "invalid_request"]);
  const { error } = JSON.parse(refused.text) as { error: { details: { errors: { pointer: string }[] } } };
  expect(error.details.errors.map((each) => each.pointer)).toContain(`/body${pointer}`);
  expect(refused.text).not.toContain("secret");
});

test.each([
  "page_size=0",
  "page_size=1001",
  "page_size=ten",
  "page_size=1.5",
  "page_size=",
  "page_size=1&page_size=2",
  "page_token=%",
])("the query %s is refused, one that the contract does not name is not", async (query) => {
  const server = daemon.server();
  const url = await listening(server);
  const refused = await send(url, `/v1/runs?${query}`, { headers: RUN_TOKEN });
  expect(await errorOf(daemon.service.errors, refused)).toEqual([400, "invalid_request"]);
  expect(server.arrivals.all).toEqual([]);
  expect((await send(url, "/v1/runs?surprise=1", { headers: RUN_TOKEN })).status).toBe(200);
});

test("an upsert that says nothing is refused in the envelope, one with a single member is not", async () => {
  const url = await listening(daemon.server());
  const put = (body: object) => send(url, "/v1/admin/runtime-profiles/p", { ...json(body, RUN_TOKEN), method: "PUT" });
  expect(await errorOf(daemon.service.errors, await put({}))).toEqual([400, "invalid_request"]);
  expect((await put({ description: "" })).status).toBe(200);
});

test("the events are SSE for whoever does not ask for NDJSON", async () => {
  const url = await listening(runtime.server());
  const type = async (accept?: string) => {
    const headers = { ...RUN_TOKEN, ...(accept === undefined ? {} : { accept }) };
    return (await send(url, "/v1/runs/r/events", { headers })).headers["content-type"];
  };
  expect(await type()).toBe("text/event-stream");
  expect(await type("*/*")).toBe("text/event-stream");
  expect(await type("text/event-stream")).toBe("text/event-stream");
  expect(await type("application/x-ndjson")).toBe("application/x-ndjson");
  expect(await type("text/event-stream;q=0.1, application/x-ndjson")).toBe("application/x-ndjson");
});

describe("a server that breaks its own contract answers 500 and leaks nothing", () => {
  const status = { run_id: "r", state: "queued" } as const;
  test.each<[string, () => unknown]>([
    ["a member too many", () => ({ ...status, secret: "hunter2" })],
    ["a null", () => ({ ...status, started_at: null })],
    ["a member missing", () => ({ state: "hunter2" })],
    ["an unknown state", () => ({ ...status, state: "hunter2" })],
    ["nothing", () => undefined],
    ["an undeclared status", () => reply(299, { ...status, state: "hunter2" })],
    ["an impossible header", () => reply(200, status, { "x-note": "hunter2\r\nset-cookie: a=b" })],
    ["an exception", () => Promise.reject(new Error("hunter2"))],
    ["a thrown text", () => Promise.reject("hunter2")],
  ])("%s", async (_, result) => {
    const url = await listening(new Fault(result));
    const received = await send(url, "/v1/runs", json(VALID_RUN));
    expect(await errorOf(runtime.service.errors, received)).toEqual([500, "internal_error"]);
    expect(JSON.stringify(received)).not.toContain("hunter2");
  });
});

test("the next request of a connection is answered after one that was refused", async () => {
  const server = new ScriptedRuntime({ logger: false });
  const { port } = new URL(await listening(server));
  const socket = connectTcp(Number(port), "127.0.0.1");
  socket.write("POST /v1/runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n{");
  socket.write("GET /v1/runs/r HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  let text = "";
  socket.on("data", (chunk) => {
    text += String(chunk);
  });
  await once(socket, "close");
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 400", "HTTP/1.1 200"]);
});
