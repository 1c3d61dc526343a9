/** The rules of the protocol's black-box checker, by raw HTTP: what it sends, and what it takes for an answer. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Answer, ask, askJson } from "../raw.js";
import { eventually } from "../support.js";
import { expectEnvelope, expectJson, issuesOf } from "./schemas.js";
import { startWorld, type World } from "./world.js";

const random = (prefix: string, bytes = 6) => `${prefix}_conformance_${randomBytes(bytes).toString("hex")}`;
const limits = { timeout_ms: 10_000, max_steps: 1 };
const ENDS = ["succeeded", "failed", "canceled"];

/** Asks until the run is in one of its ends; each status on the way must be one. */
async function polled(url: string, runId: string): Promise<Answer> {
  return await eventually(
    async () => {
      const status = await ask(url, `/v1/runs/${runId}`);
      expectJson(status, 200, "runtime/run-status");
      return status;
    },
    ({ json }) => ENDS.includes(json.state),
  );
}

describe.each(["runtime", "registry", "daemon"] as const)("smoke of the %s", (name) => {
  it("health is 200, application/json and fits; so is version, which has v1", async () => {
    const url = (await startWorld())[name];
    expectJson(await ask(url, "/v1/health"), 200, "common/health");
    const version = await ask(url, "/v1/version");
    expectJson(version, 200, "common/version-info");
    expect(version.json.supported_api_versions).toContain("v1");
  });
});

/** Method, path, and the schema of a success (`[]` for a list) or the status of the refusal. */
type Rule = readonly [string, string, string | number];

const SURFACE: readonly (readonly [keyof World, readonly Rule[]])[] = [
  [
    "runtime",
    [
      ["POST", "/v1/runs", 400],
      ["GET", "/v1/runs/{random}", 404],
      ["GET", "/v1/runs/{random}/result", 404],
    ],
  ],
  [
    "registry",
    [
      ["GET", "/v1/tools", "tool-registry/tool-definition[]"],
      ["GET", "/v1/tools/{random}", 404],
      ["POST", "/v1/tool-invocations", 400],
    ],
  ],
  [
    "daemon",
    [
      ["GET", "/v1/instances", "daemon/instance-list-response"],
      ["POST", "/v1/instances", 400],
      ["DELETE", "/v1/instances/{random}", 204],
      ["POST", "/v1/instances:register", 400],
      ["GET", "/v1/admin/runtime-profiles", "daemon/runtime-profile-list-response"],
      ["PUT", "/v1/admin/runtime-profiles/{random}", 400],
      ["DELETE", "/v1/admin/runtime-profiles/{random}", 204],
      ["GET", "/v1/runs", "daemon/run-list-response"],
      ["POST", "/v1/runs", 400],
      ["GET", "/v1/runs/{random}", 404],
      ["GET", "/v1/runs/{random}/result", 404],
    ],
  ],
];

describe.each(SURFACE)("surface of the %s", (name, rules) => {
  it.each(rules)("%s %s: %s", async (method, template, expected) => {
    const url = (await startWorld())[name];
    const path = template.replace("{random}", random("some"));
    const writes = method === "POST" || method === "PUT";
    const answer = writes ? await askJson(url, path, {}, { method }) : await ask(url, path, { method });
    if (expected === 204) expect([answer.status, answer.text]).toEqual([204, ""]);
    else if (typeof expected === "number") expectEnvelope(answer, expected);
    else if (expected.endsWith("[]")) {
      expect([answer.status, Array.isArray(answer.json)]).toEqual([200, true]);
      expect(answer.json.flatMap((item: unknown) => issuesOf(expected.slice(0, -2), item))).toEqual([]);
    } else expectJson(answer, 200, expected);
  });
});

describe("core", () => {
  it("runtime: a run is created, polled by the returned id to its end, and has a result", async () => {
    const { runtime } = await startWorld();
    const body = { run_id: random("run"), input: { goal: "conformance" }, limits };
    const created = await askJson(runtime, "/v1/runs", body);
    expectJson(created, 200, "runtime/run-status");
    expect(created.json.run_id).toBe(body.run_id);
    await polled(runtime, created.json.run_id);
    expectJson(await ask(runtime, `/v1/runs/${body.run_id}/result`), 200, "runtime/run-result");
  });

  it("tool registry: the first tool takes the arguments that the checker makes up", async () => {
    const { registry } = await startWorld();
    const [tool] = (await ask(registry, "/v1/tools")).json;
    expectJson(await ask(registry, `/v1/tools/${tool.tool_id}`), 200, "tool-registry/tool-definition");
    const body = { invocation_id: random("inv"), tool_id: tool.tool_id, args: madeUp(tool.input_schema) };
    const invoked = await askJson(registry, "/v1/tool-invocations", body);
    expectJson(invoked, 200, "tool-registry/tool-invocation-result");
    expect(invoked.json).toMatchObject({ invocation_id: body.invocation_id, ok: true });
  });

  it("tool registry: made-up arguments that do not fit another tool are 200 with ok false", async () => {
    const { registry } = await startWorld();
    const tools = (await ask(registry, "/v1/tools")).json as { tool_id: string; input_schema: InputSchema }[];
    for (const { tool_id, input_schema } of tools) {
      for (const args of [madeUp(input_schema), { wrong: [] }]) {
        const answer = await askJson(registry, "/v1/tool-invocations", { invocation_id: random("inv"), tool_id, args });
        expectJson(answer, 200, "tool-registry/tool-invocation-result");
        if ("wrong" in args) expect(answer.json).toMatchObject({ ok: false, error: { code: "tool.invalid_args" } });
      }
    }
  });

  it.each(["the first listed", "made by the checker, with only a description"])(
    "daemon: an instance of the profile %s takes a run at once, and is deleted with its profile",
    async (choice) => {
      const { daemon } = await startWorld();
      const profiles = await ask(daemon, "/v1/admin/runtime-profiles");
      expectJson(profiles, 200, "daemon/runtime-profile-list-response");
      let { runtime_profile } = profiles.json.profiles[0];
      if (choice !== "the first listed") {
        runtime_profile = random("profile", 5);
        const description = "Temporary profile of a checker.";
        const path = `/v1/admin/runtime-profiles/${runtime_profile}`;
        expectJson(await askJson(daemon, path, { description }, { method: "PUT" }), 200, "daemon/runtime-profile");
      }
      const created = await askJson(daemon, "/v1/instances", { runtime_profile, count: 1 });
      expectJson(created, 200, "daemon/instance-create-response");
      const { instance_id } = created.json.instances[0];
      const run_id = random("run");
      const body = { run_id, input: { goal: "conformance" }, runtime_selector: { instance_id }, limits };
      expectJson(await askJson(daemon, "/v1/runs", body), 202, "runtime/run-status");
      await polled(daemon, run_id);
      expectJson(await ask(daemon, `/v1/runs/${run_id}/result`), 200, "runtime/run-result");
      for (const path of [`/v1/instances/${instance_id}`, `/v1/admin/runtime-profiles/${runtime_profile}`]) {
        expect((await ask(daemon, path, { method: "DELETE" })).status).toBe(204);
      }
      const { instances } = (await ask(daemon, "/v1/instances")).json;
      expect(instances).not.toContainEqual(expect.objectContaining({ instance_id }));
    },
  );
});

describe("deep", () => {
  it("runtime: cancel and events of an unknown run are 404 with an envelope, and no stream", async () => {
    const { runtime } = await startWorld();
    const path = `/v1/runs/${random("run")}`;
    expectEnvelope(await askJson(runtime, `${path}:cancel`, {}), 404, "not_found");
    const headers = { accept: "text/event-stream" };
    expectEnvelope(await ask(runtime, `${path}/events`, { headers }), 404, "not_found");
  });

  it("runtime: cancel and events of a run that there is, which the checker never tries", async () => {
    const { runtime } = await startWorld();
    const run_id = random("run");
    await askJson(runtime, "/v1/runs", { run_id, input: { goal: "conformance" } });
    const { headers, text } = await ask(runtime, `/v1/runs/${run_id}/events`);
    expect(headers["content-type"]).toBe("text/event-stream");
    const lines = text.split("\n").map((line) => line.replace(/^data:\s*/, ""));
    const first = lines.find((line) => line.startsWith("{"));
    expect(issuesOf("runtime/run-event", JSON.parse(String(first)))).toEqual([]);
    expectJson(await askJson(runtime, `/v1/runs/${run_id}:cancel`, {}), 200, "runtime/run-status");
  });

  it("daemon: the trace of an unknown run is 404, and of a run that there is fits", async () => {
    const { daemon } = await startWorld();
    expectEnvelope(await ask(daemon, `/v1/runs/${random("run")}/trace`), 404, "not_found");
    const run_id = random("run");
    await askJson(daemon, "/v1/runs", { run_id, input: { goal: "conformance" } });
    await polled(daemon, run_id);
    expectJson(await ask(daemon, `/v1/runs/${run_id}/trace`), 200, "daemon/trace-response");
  });
});

interface InputSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, InputSchema>>;
}

/** The arguments that the checker makes up: required members only, by type or the first value of an enum. */
function madeUp({ required = [], properties = {} }: InputSchema): Record<string, unknown> {
  return Object.fromEntries(required.map((name) => [name, made(properties[name] ?? {})]));
}

function made(schema: InputSchema): unknown {
  if (schema.enum?.length) return schema.enum[0];
  const values: Readonly<Record<string, unknown>> = {
    string: "conformance",
    integer: 0,
    number: 0,
    boolean: false,
    array: [],
  };
  return values[schema.type ?? ""] ?? madeUp(schema);
}
