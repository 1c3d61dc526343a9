/**
 * The servers as the real Python client 0.2.6 meets them: it takes the documented status and no other, refuses
 * members it does not know, at every level, and knows `null` nowhere but in open objects.
 */

import type { Operation, Schema } from "@agentwire/kit";
import type { Health } from "@agentwire/kit/server";
import { violationsOf } from "@agentwire/kit/validation";
import { describe, expect, test } from "vitest";
import { errorOf, send } from "./fixtures/raw.js";
import { ScriptedRuntime } from "./fixtures/runtime.js";
import { daemon, runtime, session, subjects } from "./fixtures/services.js";
import { listening, schemeOf, tokenOf } from "./fixtures/subjects.js";
import { upstreamRequest } from "./fixtures/wire.js";

/** The statuses that the client is generated to accept (wire sheet §1 and §4.7; session: §1.3 of its own). */
const STATUSES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  runtime: {},
  "tool-registry": {},
  daemon: { submit_run: 202, delete_instance: 204, delete_runtime_profile: 204 },
  session: {
    create_session: 201,
    send_message: 201,
    create_agent: 201,
    add_agent_block: 201,
    delete_agent: 204,
    remove_agent_block: 204,
    reset_network: 204,
  },
};

async function problems(schema: Schema | undefined, value: unknown): Promise<unknown> {
  if (schema === undefined) return "no schema";
  return violationsOf(await schema.load(), value);
}

function successOf({ responses }: Operation) {
  return Object.entries(responses).find(([status]) => /^2\d\d$/.test(status))?.[1];
}

/** The pointers of all nulls. */
function nullsIn(value: unknown, pointer = ""): string[] {
  if (value === null) return [pointer];
  if (typeof value !== "object") return [];
  return Object.entries(value as object).flatMap(([name, each]) => nullsIn(each, `${pointer}/${name}`));
}

describe.each(subjects.map((each) => [each.service.name, each] as const))("%s", (name, subject) => {
  const { service } = subject;

  test.each(Object.values(service.operations).map((row) => [row.id, row] as const))("%s", async (id, row) => {
    const url = await listening(subject.server());
    const scheme = schemeOf(service, row);
    const contents = subject.trips[row.name]?.request as object | undefined;
    const { target, sent } = upstreamRequest(row, contents, scheme && tokenOf(scheme));
    const { status, headers, text } = await send(url, target, sent);

    expect(status).toBe(STATUSES[name]?.[id] ?? 200);
    const [media] = successOf(row)?.content ?? [];
    expect(headers["content-type"]).toBe(media?.type);
    if (media === undefined) expect(text).toBe("");
    else if (media.format === "json") {
      expect(headers["content-length"]).toBe(String(Buffer.byteLength(text)));
      expect(await problems(media.schema, JSON.parse(text))).toEqual([]);
    } else {
      const lines = text.split("\n").filter((line) => line.startsWith("data: "));
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(await problems(media.schema, JSON.parse(line.slice(6)))).toEqual([]);
      // Whoever reads the whole body as text waits for its end.
      expect(text).toMatch(/"type":"final".*\n\n$/);
    }
  });

  test("no answer holds a null where the request held none", async () => {
    const url = await listening(subject.server());
    const found: string[] = [];
    for (const row of Object.values(service.operations)) {
      const scheme = schemeOf(service, row);
      const contents = subject.trips[row.name]?.request as object | undefined;
      const { target, sent } = upstreamRequest(row, contents, scheme && tokenOf(scheme));
      const { headers, text } = await send(url, target, sent);
      if (headers["content-type"] !== "application/json") continue;
      const allowed = nullsIn(contents ?? {}).map((pointer) => pointer.replace(/^\/body/, ""));
      for (const pointer of nullsIn(JSON.parse(text))) {
        if (!allowed.some((each) => pointer.endsWith(each))) found.push(`${row.id} ${pointer}`);
      }
    }
    expect(found).toEqual([]);
  });
});

test("health is 200 whatever it says, and the body says it", async () => {
  class Down extends ScriptedRuntime {
    protected override async checkHealth(): Promise<Health> {
      return { status: "down", checks: [{ name: "disk", status: "down", message: "full" }] };
    }
  }
  const { status, text } = await send(await listening(new Down({ logger: false })), "/v1/health");
  expect(status).toBe(200);
  const body = JSON.parse(text) as unknown;
  expect(body).toMatchObject({ status: "down", checks: [{ name: "disk", status: "down", message: "full" }] });
  const health = runtime.service.operations["health"];
  expect(await problems(health && successOf(health)?.content?.[0]?.schema, body)).toEqual([]);
});

test("times are RFC 3339 in UTC", async () => {
  const { text } = await send(await listening(runtime.server()), "/v1/health");
  expect((JSON.parse(text) as { time: string }).time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
});

test("the daemon keeps the run_id of the client and answers 202 at once", async () => {
  const url = await listening(daemon.server());
  const row = daemon.service.operations["submitRun"];
  if (row === undefined) throw new Error("no submitRun");
  const body = {
    run_id: "run_conformance_0123456789ab",
    input: { goal: "x" },
    limits: { timeout_ms: 1, max_steps: 1 },
  };
  const { target, sent } = upstreamRequest(row, { body }, tokenOf("ArpBearerJWT"));
  const { status, text } = await send(url, target, sent);
  expect(status).toBe(202);
  expect(JSON.parse(text)).toMatchObject({ run_id: body.run_id });
});

test.each([
  ["no token", {}, "invalid_request"],
  ["a malformed header", { authorization: "Bearer a b" }, "invalid_request"],
  ["a bad token", { authorization: "Bearer wrong" }, "invalid_token"],
])("401 for %s: a bare envelope and the challenge as upstream words it", async (_, headers, error) => {
  const refused = await send(await listening(runtime.server()), "/v1/runs/r", { headers });
  expect(await errorOf(runtime.service.errors, refused)).toEqual([401, "unauthorized"]);
  const body = JSON.parse(refused.text) as { error: { code: string; message: string } };
  expect(Object.keys(body)).toEqual(["error"]);
  expect(Object.keys(body.error)).toEqual(["code", "message"]);
  const description = body.error.message.replace(/["\\]/g, "\\$&");
  expect(refused.headers["www-authenticate"]).toBe(`Bearer error="${error}", error_description="${description}"`);
});

test("every error of session is JSON that the upstream CLI can show: a text in error", async () => {
  const url = await listening(session.server());
  for (const target of ["/sessions", "/nowhere", "/_admin/agents"]) {
    const { headers, text } = await send(url, target);
    expect(headers["content-type"]).toBe("application/json");
    expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/^[a-z_]+$/), detail: expect.any(String) });
  }
});
