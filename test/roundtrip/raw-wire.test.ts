/** The generated servers as a stranger's client meets them: plain HTTP, byte by byte. */
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import type { Operation } from "@agentwire/kit";
import { reply } from "@agentwire/kit/server";
import type { RunStatus } from "@agentwire/models/runtime";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Fault } from "./fixtures/fault.js";
import { errorOf, json, type Received, type Sent, send, sendBytes } from "./fixtures/raw.js";
import { ScriptedRuntime } from "./fixtures/runtime.js";
import { daemon, runtime, session, subjects, toolRegistry } from "./fixtures/services.js";
import { listening, schemeOf, subjectOf, tokenOf } from "./fixtures/subjects.js";
import { upstreamRequest } from "./fixtures/wire.js";

const named = subjects.map((each) => [each.service.name, each] as const);
const arp = [runtime, toolRegistry, daemon].map((each) => [each.service.name, each] as const);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const RUN_TOKEN = bearer(tokenOf("ArpBearerJWT"));
const AGENT_TOKEN = bearer(tokenOf("AgentToken"));
const VALID_RUN = { input: { goal: "x" } };

/** What the contract's own spelling makes of the kit's problems. */
const CODES = {
  arp: {
    malformed: "invalid_request",
    invalid: "invalid_request",
    unauthorized: "unauthorized",
    route: "route_not_found",
  },
  session: {
    malformed: "invalid_json",
    invalid: "invalid_body",
    unauthorized: "invalid_authorization",
    route: "not_found",
  },
};
const codesOf = (service: string) => (service === "session" ? CODES.session : CODES.arp);

/** The trip's request of an operation as bytes, with the right token. */
function requestOf(subject: (typeof subjects)[number], operation: Operation, token?: string) {
  const trip = subject.trips[operation.name];
  const scheme = schemeOf(subject.service, operation);
  const own = scheme === undefined ? undefined : tokenOf(scheme);
  return upstreamRequest(operation, trip?.request as object | undefined, token ?? own);
}

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

describe("authentication", () => {
  const ISSUER = "https://issuer.example/realms/arp";
  let keys: { url: (subject: (typeof subjects)[number]) => Promise<string>; tokens: Record<string, string> };

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const stranger = await generateKeyPair("RS256");
    const now = Math.floor(Date.now() / 1000);
    const sign = (claims: object, { kid = "k1", key = privateKey, alg = "RS256" } = {}) =>
      new SignJWT({ sub: "alice", iss: ISSUER, aud: "arp", exp: now + 600, ...claims })
        .setProtectedHeader({ alg, kid })
        .sign(key);
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "k1", alg: "RS256" }] };
    const jwt = { jwks, issuer: ISSUER, audience: "arp" };
    const good = await sign({});
    const [, claims] = good.split(".");
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    keys = {
      url: (subject) => listening(subject.server({ logger: false, auth: { mode: "required", jwt } })),
      tokens: {
        good,
        "among other audiences": await sign({ aud: ["other", "arp"] }),
        "within the leeway": await sign({ exp: now - 30 }),
        expired: await sign({ exp: now - 600 }),
        "without an expiry": await sign({ exp: undefined }),
        "not yet valid": await sign({ nbf: now + 600 }),
        "for another audience": await sign({ aud: "other" }),
        "without an audience": await sign({ aud: undefined }),
        "of another issuer": await sign({ iss: "https://evil.example" }),
        "without an issuer": await sign({ iss: undefined }),
        "signed by a stranger": await sign({}, { key: stranger.privateKey }),
        "of an unknown key": await sign({}, { kid: "k2" }),
        "with a changed payload": good.replace(
          claims ?? "",
          base64({ sub: "root", iss: ISSUER, aud: "arp", exp: now + 9 }),
        ),
        unsigned: `${base64({ alg: "none" })}.${claims}.`,
        malformed: "a.b.c",
      },
    };
  });

  const CHALLENGE = /^Bearer error="(invalid_request|invalid_token)", error_description="(?:[^"\\]|\\["\\])*"$/;

  describe.each(arp)("%s", (_, subject) => {
    const { service } = subject;
    const protectedRows = Object.values(service.operations).filter((row) => schemeOf(service, row) !== undefined);

    async function outcomes(headers: (row: Operation) => Record<string, string>): Promise<unknown[]> {
      const url = await keys.url(subject);
      const found: unknown[] = [];
      for (const row of protectedRows) {
        const { target, sent } = upstreamRequest(row, subject.trips[row.name]?.request as object | undefined);
        const received = await send(url, target, { ...sent, headers: { ...sent.headers, ...headers(row) } });
        if (received.status < 400) found.push("passes");
        else {
          const error = await errorOf(service.errors, received);
          found.push([...error, CHALLENGE.exec(received.headers["www-authenticate"] ?? "")?.[1]]);
        }
      }
      return found;
    }
    const all = (outcome: unknown) => protectedRows.map(() => outcome);

    test("has operations to protect", () => {
      expect(protectedRows).toHaveLength(Object.keys(service.operations).length - 2);
    });

    test.each(["good", "among other audiences", "within the leeway"])("passes a token that is %s", async (name) => {
      expect(await outcomes(() => bearer(keys.tokens[name] ?? ""))).toEqual(all("passes"));
      expect(await outcomes(() => ({ authorization: `bEARER  ${keys.tokens[name]}` }))).toEqual(all("passes"));
    });

    test.each([
      "expired",
      "without an expiry",
      "not yet valid",
      "for another audience",
      "without an audience",
      "of another issuer",
      "without an issuer",
      "signed by a stranger",
      "of an unknown key",
      "with a changed payload",
      "unsigned",
      "malformed",
    ])("refuses a token that is %s everywhere", async (name) => {
      const found = await outcomes(() => bearer(keys.tokens[name] ?? ""));
      expect(found).toEqual(all([401, "unauthorized", "invalid_token"]));
    });

    test.each(["Bearer", "Bearer ", "Bearer a b", "Basic YTpi", "token", ""])(
      "refuses the header %j everywhere",
      async (authorization) => {
        expect(await outcomes(() => ({ authorization }))).toEqual(all([401, "unauthorized", "invalid_request"]));
      },
    );

    test("refuses whoever brings no token, before it looks at anything else", async () => {
      expect(await outcomes(() => ({}))).toEqual(all([401, "unauthorized", "invalid_request"]));
      const broken = { "content-type": "text/plain", accept: "application/xml" };
      expect(await outcomes(() => broken)).toEqual(all([401, "unauthorized", "invalid_request"]));
      const url = await keys.url(subject);
      for (const [method, target] of [
        ["GET", "/v1/nowhere"],
        ["PATCH", "/v1/runs"],
        ["GET", "/v1/health/"],
        ["GET", "/v1/%68ealth"],
        ["OPTIONS", "/v1/runs"],
      ] as const) {
        expect(await errorOf(service.errors, await send(url, target, { method }))).toEqual([401, "unauthorized"]);
      }
    });

    test("answers health and version to anyone, even with a bad token", async () => {
      const url = await keys.url(subject);
      for (const target of ["/v1/health", "/v1/version"]) {
        for (const headers of [{}, bearer(keys.tokens["expired"] ?? ""), { authorization: "Basic x" }]) {
          expect((await send(url, target, { headers })).status).toBe(200);
        }
      }
    });
  });

  test("optional: without a header anonymous, with a bad one refused; disabled: whatever is sent", async () => {
    const schemes = { ArpBearerJWT: () => undefined };
    const optional = runtime.server({ auth: { mode: "optional", schemes } });
    const url = await listening(optional);
    expect((await send(url, "/v1/runs/r")).status).toBe(200);
    expect(optional.arrivals.last?.subject).toBe("anonymous");
    const refused = await send(url, "/v1/runs/r", { headers: RUN_TOKEN });
    expect(await errorOf(runtime.service.errors, refused)).toEqual([401, "unauthorized"]);

    const disabled = runtime.server({ auth: { mode: "disabled" } });
    expect((await send(await listening(disabled), "/v1/runs/r", { headers: { authorization: "?" } })).status).toBe(200);
    expect(disabled.arrivals.last?.subject).toBe("dev");
  });

  test("session: a token opens what its own scheme protects, and nothing else", async () => {
    const { service } = session;
    const server = session.server();
    const url = await listening(server);
    for (const operation of Object.values(service.operations)) {
      const scheme = schemeOf(service, operation);
      if (scheme === undefined) continue;
      const other = scheme === "AgentToken" ? "AdminToken" : "AgentToken";
      for (const token of [undefined, "", tokenOf(other), `${tokenOf(scheme)}x`]) {
        const { target, sent } = upstreamRequest(
          operation,
          session.trips[operation.name]?.request as object | undefined,
        );
        const headers = { ...sent.headers, ...(token === undefined ? {} : bearer(token)) };
        const refused = await send(url, target, { ...sent, headers });
        expect(await errorOf(service.errors, refused)).toEqual([401, "invalid_authorization"]);
        expect(refused.headers["www-authenticate"]).toMatch(CHALLENGE);
      }
    }
    expect(server.arrivals.all).toEqual([]);
    expect((await send(url, "/health", { headers: bearer("wrong") })).status).toBe(200);
  });
});

describe("sockets", () => {
  /** The first frame, or the refusal. */
  async function open(url: string, headers: Record<string, string> = {}): Promise<string | Received> {
    const socket = new WebSocket(url.replace("http", "ws"), { headers });
    return await new Promise((resolve, reject) => {
      socket.once("message", (data) => {
        socket.close();
        resolve(String(data));
      });
      socket.once("unexpected-response", (_, response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += String(chunk);
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      socket.once("error", reject);
    });
  }

  test("the token comes in the header or in the query, and the header counts", async () => {
    const server = session.server();
    const url = await listening(server);
    const good = encodeURIComponent(tokenOf("AgentToken"));
    expect(await open(`${url}/connect?token=${good}`)).toContain("session.message");
    expect(await open(`${url}/connect?token=wrong`, AGENT_TOKEN)).toContain("session.message");
    expect(server.arrivals.all.map(({ subject }) => subject)).toEqual(Array(2).fill(subjectOf("AgentToken")));
    for (const [target, headers] of [
      [`/connect?token=${good}`, bearer("wrong")],
      ["/connect?token=wrong", {}],
      ["/connect?token=", {}],
      ["/connect", {}],
      [`/_admin/tap?token=${good}`, {}],
    ] as const) {
      const refused = await open(`${url}${target}`, headers);
      if (typeof refused === "string") throw new Error(`${target} opened`);
      expect(await errorOf(session.service.errors, refused)).toEqual([401, "invalid_authorization"]);
    }
  });

  test("a token in the query opens no ordinary request", async () => {
    const url = await listening(session.server());
    const refused = await send(url, `/sessions?token=${tokenOf("AgentToken")}`);
    expect(await errorOf(session.service.errors, refused)).toEqual([401, "invalid_authorization"]);
  });

  test("a socket where there is none, and a request where there is one, are answered in the protocol's shape", async () => {
    const url = await listening(session.server());
    for (const [target, answer] of [
      ["/nowhere", [404, "not_found"]],
      ["/sessions", [400, "invalid_body"]],
    ] as const) {
      const refused = await open(`${url}${target}`, AGENT_TOKEN);
      if (typeof refused === "string") throw new Error(`${target} opened`);
      expect(await errorOf(session.service.errors, refused)).toEqual(answer);
    }
    const plain = await send(url, "/connect", { headers: AGENT_TOKEN });
    expect(await errorOf(session.service.errors, plain)).toEqual([426, "invalid_body"]);
    expect(plain.headers.upgrade).toBe("websocket");
  });
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
