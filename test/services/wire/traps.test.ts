import { describe, expect, it } from "vitest";
import { ask, askJson, sendBytes } from "../raw.js";
import { expectEnvelope, expectJson, issuesOf } from "./schemas.js";
import { endless, reached, startWorld } from "./world.js";

const goal = { input: { goal: "6 * 7" } };
const PUT = { method: "PUT" };

/** The head of a WebSocket handshake. */
const UPGRADE =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

describe("trap", () => {
  it("1: the events of a run are server-sent events, one line of JSON each, whatever prose says of NDJSON", async () => {
    const { runtime } = await startWorld();
    await askJson(runtime, "/v1/runs", { run_id: "r", ...goal });
    for (const accept of [undefined, "text/event-stream", "*/*"]) {
      const headers = accept === undefined ? {} : { accept };
      const { status, headers: answered, text } = await ask(runtime, "/v1/runs/r/events", { headers });
      expect([status, answered["content-type"]]).toEqual([200, "text/event-stream"]);
      const data = text.split("\n").filter((line) => line.startsWith("data:"));
      const events = data.map((line) => JSON.parse(line.slice("data:".length)));
      expect(events.length).toBeGreaterThan(2);
      expect(events.flatMap((event) => issuesOf("runtime/run-event", event))).toEqual([]);
    }
  });

  it("2: PUT {} to a runtime profile is refused, although the schema takes it", async () => {
    const { daemon } = await startWorld();
    expect(issuesOf("daemon/runtime-profile-upsert-request", {})).toEqual([]);
    expectEnvelope(await askJson(daemon, "/v1/admin/runtime-profiles/p", {}, PUT), 400, "invalid_request");
    expectEnvelope(await ask(daemon, "/v1/admin/runtime-profiles/p", PUT), 400, "invalid_request");
    const { json } = await ask(daemon, "/v1/admin/runtime-profiles");
    expect(json.profiles.map(({ runtime_profile }: { runtime_profile: string }) => runtime_profile)).toEqual(["plain"]);
    const one = await askJson(daemon, "/v1/admin/runtime-profiles/p", { description: "Enough." }, PUT);
    expectJson(one, 200, "daemon/runtime-profile");
  });

  it("4: success has exactly the documented status", async () => {
    const { registry, runtime, daemon } = await startWorld();
    expectJson(await askJson(runtime, "/v1/runs", { run_id: "r", ...goal }), 200, "runtime/run-status");
    expectJson(await askJson(runtime, "/v1/runs", { run_id: "r", ...goal }), 200, "runtime/run-status");
    await reached(runtime, "r");
    expectJson(await ask(runtime, "/v1/runs/r"), 200, "runtime/run-status");
    expectJson(await ask(runtime, "/v1/runs/r/result"), 200, "runtime/run-result");
    expectJson(await ask(runtime, "/v1/runs/r:cancel", { method: "POST" }), 200, "runtime/run-status");
    const invocation = { invocation_id: "i", tool_id: "echo", args: { text: "x" } };
    const invoked = await askJson(registry, "/v1/tool-invocations", invocation);
    expectJson(invoked, 200, "tool-registry/tool-invocation-result");
    expectJson(await ask(registry, "/v1/tools/echo"), 200, "tool-registry/tool-definition");
    expectJson(await askJson(daemon, "/v1/runs", { run_id: "d", ...goal }), 202, "runtime/run-status");
    expectJson(await askJson(daemon, "/v1/runs", { run_id: "d", ...goal }), 202, "runtime/run-status");
    await reached(daemon, "d");
    expectJson(await ask(daemon, "/v1/runs/d/result"), 200, "runtime/run-result");
    expectJson(await ask(daemon, "/v1/runs/d/trace"), 200, "daemon/trace-response");
    expectJson(await ask(daemon, "/v1/runs"), 200, "daemon/run-list-response");
    for (const description of ["one", "two"]) {
      const put = await askJson(daemon, "/v1/admin/runtime-profiles/p", { description }, PUT);
      expectJson(put, 200, "daemon/runtime-profile");
    }
    for (const path of ["/v1/admin/runtime-profiles/p", "/v1/instances/none"]) {
      const { status, text } = await ask(daemon, path, { method: "DELETE" });
      expect([status, text]).toEqual([204, ""]);
    }
    const down = { runtime_api_endpoint: "http://127.0.0.1:9" };
    expectJson(await askJson(daemon, "/v1/instances:register", down), 200, "daemon/instance-register-response");
    const health = await ask(daemon, "/v1/health");
    expectJson(health, 200, "common/health");
    expect(health.json.status).toBe("degraded");
  });

  it("5: no answer has a member that the contract does not name, at any level; a request that has one is refused", async () => {
    const { registry, runtime, daemon } = await startWorld();
    await askJson(daemon, "/v1/runs", { run_id: "d", ...goal });
    await reached(daemon, "d");
    const answers: [string, string, string][] = [
      [runtime, "/v1/health", "common/health"],
      [runtime, "/v1/version", "common/version-info"],
      [registry, "/v1/health", "common/health"],
      [daemon, "/v1/health", "common/health"],
      [daemon, "/v1/instances", "daemon/instance-list-response"],
      [daemon, "/v1/admin/runtime-profiles", "daemon/runtime-profile-list-response"],
      [daemon, "/v1/runs?page_size=1", "daemon/run-list-response"],
      [daemon, "/v1/runs/d/trace", "daemon/trace-response"],
    ];
    for (const [url, path, schema] of answers) expectJson(await ask(url, path), 200, schema);
    const tools = (await ask(registry, "/v1/tools")).json as object[];
    expect(tools.flatMap((tool) => issuesOf("tool-registry/tool-definition", tool))).toEqual([]);
    const trace = (await ask(daemon, "/v1/runs/d/trace")).json;
    expect(trace.events.length).toBeGreaterThan(0);
    for (const body of [
      { ...goal, more: 1 },
      { input: { goal: "x", more: 1 } },
      { ...goal, limits: { more: 1 } },
      { ...goal, runtime_selector: { more: 1 } },
      { ...goal, metadata: { more: {} } },
      { ...goal, extensions: { nodot: 1 } },
    ]) {
      expectEnvelope(await askJson(runtime, "/v1/runs", body), 400, "invalid_request");
      expectEnvelope(await askJson(daemon, "/v1/runs", body), 400, "invalid_request");
    }
    const repeated = { description: "x", runtime_profile: "p" };
    expectEnvelope(await askJson(daemon, "/v1/admin/runtime-profiles/p", repeated, PUT), 400, "invalid_request");
    expectEnvelope(await ask(registry, "/v1/tools/none"), 404, "not_found");
    expectEnvelope(await ask(daemon, "/v1/runs?page_token=x"), 400, "invalid_request");
  });

  it("6: null is no value of a named member, and a value like any other in open objects and extensions", async () => {
    const { registry, runtime, daemon } = await startWorld();
    for (const body of [
      { ...goal, run_id: null },
      { input: { goal: null } },
      { input: { goal: "x", context: null } },
      { ...goal, limits: null },
      { ...goal, limits: { timeout_ms: null } },
      { ...goal, tool_policy: { allow_tool_ids: null } },
      { ...goal, metadata: { labels: { a: null } } },
      null,
    ]) {
      expectEnvelope(await askJson(runtime, "/v1/runs", body), 400, "invalid_request");
      expectEnvelope(await askJson(daemon, "/v1/runs", body), 400, "invalid_request");
    }
    const open = { input: { goal: "x", context: { a: null }, data: { b: [null] } }, extensions: { "a.b": null } };
    expectJson(await askJson(runtime, "/v1/runs", { run_id: "r", ...open }), 200, "runtime/run-status");
    expectJson(await askJson(daemon, "/v1/runs", { run_id: "d", ...open }), 202, "runtime/run-status");
    await reached(daemon, "d");
    await reached(runtime, "r");
    for (const [url, path] of [
      [runtime, "/v1/runs/r"],
      [runtime, "/v1/runs/r/result"],
      [daemon, "/v1/runs"],
      [daemon, "/v1/instances"],
      [daemon, "/v1/runs/d"],
      [registry, "/v1/tools"],
      [registry, "/v1/tools/none"],
    ] as const) {
      expect((await ask(url, path)).text).not.toMatch(/:null\b/);
    }
  });

  it("7: cancel comes without body and content type, or with JSON {}", async () => {
    const { runtime } = await startWorld(endless);
    const cancel = { method: "POST" };
    for (const [run_id, send] of [
      ["a", () => ask(runtime, "/v1/runs/a:cancel", cancel)],
      ["b", () => askJson(runtime, "/v1/runs/b:cancel", {})],
      ["c", () => ask(runtime, "/v1/runs/c:cancel", { ...cancel, headers: { "content-type": "application/json" } })],
      ["d", () => ask(runtime, "/v1/runs/d:cancel", { ...cancel, body: "" })],
    ] as const) {
      await askJson(runtime, "/v1/runs", { run_id, ...goal });
      const answer = await send();
      expectJson(answer, 200, "runtime/run-status");
      expect(answer.json).toMatchObject({ run_id, state: "canceled" });
    }
  });

  it("8: the daemon keeps the run_id, takes a run for an instance of a moment ago, and answers 202", async () => {
    const { daemon } = await startWorld();
    const created = await askJson(daemon, "/v1/instances", { runtime_profile: "plain", count: 1 });
    expectJson(created, 200, "daemon/instance-create-response");
    const [{ instance_id }] = created.json.instances;
    const limits = { timeout_ms: 10_000, max_steps: 1 };
    const body = { run_id: "run_conformance_0123456789ab", ...goal, limits, runtime_selector: { instance_id } };
    const submitted = await askJson(daemon, "/v1/runs", body);
    expectJson(submitted, 202, "runtime/run-status");
    expect(submitted.json).toMatchObject({ run_id: body.run_id, runtime_instance_id: instance_id });
    expect((await reached(daemon, body.run_id)).json).toMatchObject({ run_id: body.run_id });
  });

  it("9: colons in paths are literal, and ids come percent-encoded", async () => {
    const { registry, runtime, daemon } = await startWorld();
    const run_id = "colon.free_id-1";
    await askJson(runtime, "/v1/runs", { run_id, ...goal });
    expectJson(await ask(runtime, `/v1/runs/${run_id}:cancel`, { method: "POST" }), 200, "runtime/run-status");
    const encoded = [...run_id].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join("");
    expect((await ask(runtime, `/v1/runs/${encoded}`)).json.run_id).toBe(run_id);
    expect((await ask(runtime, `/v1/runs/${encoded}:cancel`, { method: "POST" })).json.run_id).toBe(run_id);
    // An encoded colon belongs to the id.
    expectEnvelope(await ask(runtime, `/v1/runs/${run_id}%3Acancel`, { method: "POST" }), 405, "method_not_allowed");
    expectEnvelope(await ask(runtime, `/v1/runs/${run_id}:other`, { method: "POST" }), 405, "method_not_allowed");
    expectEnvelope(await ask(runtime, "/v1/runs/a%2Fb%3Ac"), 404, "not_found");
    expectEnvelope(await ask(registry, "/v1/tools/a%2Fb%3Ac"), 404, "not_found");
    const path = "/v1/admin/runtime-profiles/a%2Fb%3Ac%20d";
    const { json } = await askJson(daemon, path, { description: "x" }, PUT);
    expect(json.runtime_profile).toBe("a/b:c d");
    expect((await ask(daemon, path, { method: "DELETE" })).status).toBe(204);
    expectEnvelope(await ask(daemon, "/v1/instances:other", { method: "POST" }), 404);
    expectEnvelope(await ask(daemon, "/v1/instances:register"), 405, "method_not_allowed");
  });

  it("10: every error on every route is an error envelope in application/json", async () => {
    const world = await startWorld();
    const json = { "content-type": "application/json" };
    for (const url of Object.values(world)) {
      for (const path of [
        "/",
        "/v1",
        "/v1/",
        "/v2/health",
        "/v1/nowhere",
        "/v1/health/",
        "//",
        "/v1/%zz",
        "/favicon.ico",
      ]) {
        expectEnvelope(await ask(url, path), 404);
      }
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        const answer = await ask(url, "/v1/version", { method });
        expectEnvelope(answer, 405, "method_not_allowed");
        expect(answer.headers["allow"]).toContain("GET");
      }
      const path = url === world.registry ? "/v1/tool-invocations" : "/v1/runs";
      const post = (body: string | undefined, headers: Record<string, string> = json) =>
        ask(url, path, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
      for (const body of ["{", "", "[]", '"x"', "{}", undefined, '{"input":{"goal":"x"},}', "[".repeat(9999)]) {
        expectEnvelope(await post(body), 400, "invalid_request");
      }
      expectEnvelope(await post("x".repeat(1024 * 1024 + 1)), 413, "payload_too_large");
      expectEnvelope(await post("<a/>", { "content-type": "text/xml" }), 415, "unsupported_media_type");
      expectEnvelope(await ask(url, "/v1/health", { headers: { accept: "text/html" } }), 406, "not_acceptable");
    }
  });

  it.each([
    ["that is no HTTP", "GARBAGE\r\n\r\n", 400],
    ["without Host", "GET /v1/health HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["with a head that is too large", `GET /v1/health HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["with two lengths", "POST /v1/runs HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400],
    ["for a socket", `GET /v1/version HTTP/1.1\r\nHost: a\r\n${UPGRADE}\r\n`, 400],
  ])("10, before any route: a request %s is an error envelope too", async (_, bytes, status) => {
    for (const url of Object.values(await startWorld())) {
      const [head = "", body = ""] = (await sendBytes(url, bytes)).split("\r\n\r\n");
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(head.toLowerCase()).toContain("content-type: application/json");
      expect(issuesOf("common/error-envelope", JSON.parse(body))).toEqual([]);
    }
  });

  it("10: an expectation that is unknown is none", async () => {
    const { runtime } = await startWorld();
    const head = "GET /v1/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: wonders\r\n\r\n";
    expect(await sendBytes(runtime, head)).toMatch(/^HTTP\/1.1 200 /);
  });
});
