/** How runs behave, at a runtime and at the daemon: one topic of the protocol's behaviour a test. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { RunLimits } from "@agentwire/models/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Executor } from "../../../services/src/runtime/executor.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { type Answer, ask, askJson } from "../raw.js";
import { listen } from "../support.js";
import { expectEnvelope, expectJson } from "./schemas.js";
import { cancel, endless, finished, obedient, reached, startRuntime, startWorld } from "./world.js";

const goal = { input: { goal: "6 * 7" } };

/** Where runs are created, and the status of that. */
const AT = [
  ["runtime", 200],
  ["daemon", 202],
] as const;

/** Runs a request at a runtime to its end. */
async function run(url: string, body: object) {
  const created = await askJson(url, "/v1/runs", { ...goal, ...body });
  expectJson(created, 200, "runtime/run-status");
  return await finished(url, created.json.run_id);
}

describe("run states", () => {
  it("go from queued over running to an end, and no further", async () => {
    const url = await listen(new RuntimeService({ executor: endless, maxConcurrentRuns: 1 }));
    await askJson(url, "/v1/runs", { run_id: "first", ...goal });
    await reached(url, "first", "running");
    expect((await askJson(url, "/v1/runs", { run_id: "second", ...goal })).json.state).toBe("queued");
    expect((await ask(url, "/v1/runs/second")).json.state).toBe("queued");
    await cancel(url, "first");
    await reached(url, "second", "running");
    const ended = (await cancel(url, "second")).json;
    expect(ended.state).toBe("canceled");
    expect((await cancel(url, "second")).json).toEqual(ended);
    expect((await ask(url, "/v1/runs/second")).json).toEqual(ended);
  });

  it("go from queued to canceled or failed without running", async () => {
    const url = await listen(new RuntimeService({ executor: endless, maxConcurrentRuns: 1 }));
    await askJson(url, "/v1/runs", { run_id: "busy", ...goal });
    await askJson(url, "/v1/runs", { run_id: "waits", ...goal });
    await askJson(url, "/v1/runs", { run_id: "late", ...goal, limits: { timeout_ms: 1 } });
    expect((await cancel(url, "waits")).json).toMatchObject({ state: "canceled" });
    expect((await reached(url, "late")).json).toMatchObject({ state: "failed" });
  });
});

describe("timestamps", () => {
  it("started_at comes when the run leaves the queue, ended_at exactly at an end", async () => {
    const url = await listen(new RuntimeService({ executor: endless, maxConcurrentRuns: 1 }));
    await askJson(url, "/v1/runs", { run_id: "first", ...goal });
    const { json: running } = await reached(url, "first", "running");
    expect(Object.keys(running).sort()).toEqual(["run_id", "started_at", "state"]);
    await askJson(url, "/v1/runs", { run_id: "second", ...goal });
    expect((await ask(url, "/v1/runs/second")).json).toEqual({ run_id: "second", state: "queued" });
    const neverRan = (await cancel(url, "second")).json;
    expect(Object.keys(neverRan).sort()).toEqual(["ended_at", "run_id", "state"]);
    const { started_at, ended_at } = (await cancel(url, "first")).json;
    expect(started_at).toBe(running.started_at);
    expect(Date.parse(started_at)).toBeLessThanOrEqual(Date.parse(ended_at));
  });
});

describe.each(AT)("run_id at the %s", (name, status) => {
  it("is the client's, where it gives one", async () => {
    const url = (await startWorld())[name];
    for (const run_id of ["r", "0", "run_conformance_0123456789ab", "A.b-c_9", "x".repeat(128)]) {
      const created = await askJson(url, "/v1/runs", { run_id, ...goal });
      expectJson(created, status, "runtime/run-status");
      expect(created.json.run_id).toBe(run_id);
      expect((await ask(url, `/v1/runs/${run_id}`)).json.run_id).toBe(run_id);
    }
  });

  it("is made up where there is none, and never twice", async () => {
    const url = (await startWorld())[name];
    const answers = await Promise.all(Array.from({ length: 10 }, () => askJson(url, "/v1/runs", goal)));
    const ids = answers.map(({ json }) => json.run_id);
    expect(new Set(ids).size).toBe(10);
    for (const id of ids) expect(id).toMatch(/^run_[0-9A-Z]{26}$/);
  });

  it("is refused with 400 where it cannot be kept", async () => {
    const url = (await startWorld())[name];
    for (const run_id of [
      "",
      " ",
      "a b",
      "a/b",
      "../x",
      ".",
      "..",
      "-x",
      "a:b",
      "a\u0000",
      "é",
      "a\n",
      "x".repeat(129),
    ]) {
      expectEnvelope(await askJson(url, "/v1/runs", { run_id, ...goal }), 400, "invalid_request");
    }
  });
});

describe.each(AT)("the same run_id again at the %s", (name, status) => {
  it("with the same body: the run that exists, however its members are ordered", async () => {
    const url = (await startWorld())[name];
    const body = { run_id: "same", ...goal, limits: { max_steps: 5, timeout_ms: 9000 } };
    await askJson(url, "/v1/runs", body);
    const { json: ended } = await reached(url, "same");
    const turned = { limits: { timeout_ms: 9000, max_steps: 5 }, input: { goal: "6 * 7" }, run_id: "same" };
    const again = await askJson(url, "/v1/runs", turned);
    expectJson(again, status, "runtime/run-status");
    expect(again.json).toEqual(ended);
  });

  it("with another body: 409 conflict, and the run stays as it is", async () => {
    const url = (await startWorld())[name];
    await askJson(url, "/v1/runs", { run_id: "same", ...goal });
    const { json: ended } = await reached(url, "same");
    for (const other of [{ input: { goal: "another" } }, { ...goal, limits: { max_steps: 1 } }]) {
      expectEnvelope(await askJson(url, "/v1/runs", { run_id: "same", ...other }), 409, "conflict");
    }
    expect((await ask(url, "/v1/runs/same")).json).toEqual(ended);
  });

  it("many times at once: one run", async () => {
    const url = (await startWorld())[name];
    const body = { run_id: "same", ...goal };
    const answers = await Promise.all(Array.from({ length: 10 }, () => askJson(url, "/v1/runs", body)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
    await reached(url, "same");
    if (name === "daemon") expect((await ask(url, "/v1/runs")).json.runs).toHaveLength(1);
  });
});

describe("creating a run", () => {
  it("at the runtime answers while the agent has all its work before it", async () => {
    const url = await startRuntime(endless);
    const { json } = await askJson(url, "/v1/runs", { run_id: "r", ...goal });
    expect(["queued", "running"]).toContain(json.state);
    expect((await ask(url, "/v1/runs/r")).json.ended_at).toBeUndefined();
  });

  it("at the daemon answers 202 while the runtime has not said a word", async () => {
    const { daemon } = await startWorld();
    const hanging = createServer();
    await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      hanging.close();
      hanging.closeAllConnections();
    });
    const runtime_api_endpoint = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
    const body = { run_id: "r", ...goal, runtime_selector: { runtime_api_endpoint } };
    const submitted = await askJson(daemon, "/v1/runs", body);
    expectJson(submitted, 202, "runtime/run-status");
    expect(submitted.json).toEqual({ run_id: "r", state: "queued" });
  });
});

describe.each(AT)("a result at the %s", (name) => {
  it("before the end: 409 conflict, retryable", async () => {
    const world = await startWorld(endless);
    await askJson(world[name], "/v1/runs", { run_id: "r", ...goal });
    const early = await ask(world[name], "/v1/runs/r/result");
    expectEnvelope(early, 409, "conflict");
    expect(early.json.error.retryable).toBe(true);
    await cancel(world.runtime, "r");
  });

  it.each([
    ["succeed", "succeeded", { ok: true, output: { done: true } }],
    ["fail", "failed", { ok: false, error: { code: "flow.failed", message: "As told." } }],
    ["cancel", "canceled", { ok: false, error: { code: "canceled", message: "As told." } }],
  ])("ok is true exactly for a run that succeeded: %s", async (goal, state, outcome) => {
    const url = (await startWorld(obedient))[name];
    await askJson(url, "/v1/runs", { run_id: "r", input: { goal } });
    const { status, result } = await finished(url, "r");
    expect(status.state).toBe(state);
    expect(result).toMatchObject({ run_id: "r", ...outcome });
    expect("error" in result).toBe(!result.ok);
    expect("output" in result).toBe(result.ok);
  });
});

describe("an unknown run", () => {
  it("is 404 not_found, whatever is asked of it", async () => {
    const { runtime, daemon } = await startWorld();
    for (const [url, path, method] of [
      [runtime, "/v1/runs/none", "GET"],
      [runtime, "/v1/runs/none/result", "GET"],
      [runtime, "/v1/runs/none/events", "GET"],
      [runtime, "/v1/runs/none:cancel", "POST"],
      [daemon, "/v1/runs/none", "GET"],
      [daemon, "/v1/runs/none/result", "GET"],
      [daemon, "/v1/runs/none/trace", "GET"],
    ] as const) {
      expectEnvelope(await ask(url, path, { method }), 404, "not_found");
    }
  });
});

describe("cancel", () => {
  it("may be repeated; a run that has ended answers 200 with its status", async () => {
    const url = await startRuntime(endless);
    await askJson(url, "/v1/runs", { run_id: "r", ...goal });
    await reached(url, "r", "running");
    const answers = await Promise.all([cancel(url, "r"), cancel(url, "r"), cancel(url, "r")]);
    answers.push(await cancel(url, "r"));
    for (const answer of answers) {
      expectJson(answer, 200, "runtime/run-status");
      expect(answer.json).toEqual(answers[0]?.json);
    }
    const done = await startRuntime(obedient);
    await askJson(done, "/v1/runs", { run_id: "r", ...goal });
    const { status } = await finished(done, "r");
    expect((await cancel(done, "r")).json).toEqual(status);
    expect((await ask(done, "/v1/runs/r/result")).json.ok).toBe(true);
  });
});

describe("limits", () => {
  /** Takes steps and says words for ever. */
  const tireless: Executor = async function* (_, { signal }) {
    while (!signal.aborted) {
      yield { type: "step", data: {} };
      yield { type: "token", text: "word " };
    }
    return {};
  };

  it.each<[RunLimits, string, Executor]>([
    [{ timeout_ms: 50 }, "limits.timeout", endless],
    [{ timeout_ms: 0 }, "limits.timeout", endless],
    [{ max_steps: 3 }, "limits.max_steps", tireless],
    [{ max_tokens: 3 }, "limits.max_tokens", tireless],
  ])("%j is enforced: the run has failed with %s", async (limits, code, executor) => {
    const { status, result } = await run(await startRuntime(executor), { limits });
    expect(status.state).toBe("failed");
    expect(result).toMatchObject({ ok: false, error: { code } });
    const { steps, tokens } = result.usage;
    expect(steps).toBeLessThanOrEqual(limits.max_steps ?? steps);
    expect(tokens).toBeLessThanOrEqual(limits.max_tokens ?? tokens);
  });

  it("out of bounds are 400", async () => {
    const { runtime, daemon } = await startWorld();
    const wrong = [{ timeout_ms: -1 }, { timeout_ms: 1.5 }, { max_steps: 0 }, { max_tokens: 0 }, { max_steps: "3" }];
    for (const limits of wrong) {
      expectEnvelope(await askJson(runtime, "/v1/runs", { ...goal, limits }), 400, "invalid_request");
      expectEnvelope(await askJson(daemon, "/v1/runs", { ...goal, limits }), 400, "invalid_request");
    }
  });
});

describe("tool_policy", () => {
  /** Tells its tools, and what comes of calling two of them. */
  const curious: Executor = async function* (_, { tools, callTool }) {
    const outcome = async (id: string) => {
      const { ok, ...rest } = await callTool(id, { text: "x" });
      return ok || ("error" in rest && rest.error.code);
    };
    yield { type: "step", data: {} };
    return {
      tools: tools.map(({ tool_id }) => tool_id),
      echo: await outcome("echo"),
      stats: await outcome("text_stats"),
    };
  };
  const all = ["echo", "calc", "time_now", "text_stats"];
  const refused = "tool.not_allowed";

  it.each([
    ["none: all", {}, { tools: all, echo: true, stats: true }],
    ["allow", { allow_tool_ids: ["echo"] }, { tools: ["echo"], echo: true, stats: refused }],
    ["allow, empty: none", { allow_tool_ids: [] }, { tools: [], echo: refused, stats: refused }],
    ["deny", { deny_tool_ids: ["echo"] }, { tools: all.slice(1), echo: refused, stats: true }],
    ["deny, empty: all", { deny_tool_ids: [] }, { tools: all, echo: true, stats: true }],
    [
      "deny wins over allow",
      { allow_tool_ids: ["echo", "text_stats"], deny_tool_ids: ["echo"] },
      { tools: ["text_stats"], echo: refused, stats: true },
    ],
  ])("%s", async (_, tool_policy, output) => {
    const registry = await listen(new ToolRegistryService());
    const { result } = await run(await startRuntime(curious, registry), { tool_policy });
    expect(result.output).toEqual(output);
  });
});

describe("input", () => {
  it("context and data reach the agent as they are", async () => {
    const mirror: Executor = async function* (input) {
      yield { type: "step", data: {} };
      return { ...input };
    };
    const input = {
      goal: "g",
      context: { deep: [{ a: null }], n: 1e21 },
      data: { "": "empty", __proto__x: "ü\u2028" },
    };
    const world = await startWorld(mirror);
    const { result } = await run(world.runtime, { input });
    expect(result.output).toEqual(input);
    await askJson(world.daemon, "/v1/runs", { run_id: "d", input });
    expect((await finished(world.daemon, "d")).result.output).toEqual(input);
  });
});

describe("headers beside the contract", () => {
  it("X-Request-Id is echoed, or made up where it is none", async () => {
    for (const url of Object.values(await startWorld())) {
      const idOf = async (wanted?: string, path = "/v1/health") => {
        const headers = wanted === undefined ? {} : { "x-request-id": wanted };
        return (await ask(url, path, { headers })).headers["x-request-id"];
      };
      expect(await idOf("my-id.1")).toBe("my-id.1");
      expect(await idOf("my-id.2", "/v1/nowhere")).toBe("my-id.2");
      const made = [await idOf(), await idOf("no good id!"), await idOf("x".repeat(200))];
      for (const id of made) expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(new Set(made).size).toBe(3);
    }
  });

  it("rate limits: 429 with Retry-After, retryable", async () => {
    const url = await listen(new RuntimeService({ limits: { rate: { requests: 2, seconds: 60 } } }));
    const answers: Answer[] = [];
    for (let count = 0; count < 3; count += 1) answers.push(await ask(url, "/v1/runs/none"));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 429]);
    const last = answers[2] as Answer;
    expectEnvelope(last, 429, "rate_limited");
    expect(last.json.error.retryable).toBe(true);
    expect(Number(last.headers["retry-after"])).toBeGreaterThan(0);
  });
});

describe("health", () => {
  it("is 200 whatever it says, and looks at what the service depends on", async () => {
    const runtime = await startRuntime(undefined, "http://127.0.0.1:9");
    const answer = await ask(runtime, "/v1/health");
    expectJson(answer, 200, "common/health");
    expect(answer.json.status).toBe("degraded");
    const check = { name: "tool-registry", status: "down", message: expect.any(String) };
    expect(answer.json.checks).toContainEqual(check);
    const { daemon } = await startWorld();
    expect((await ask(daemon, "/v1/health")).json.status).toBe("ok");
    await askJson(daemon, "/v1/instances:register", { runtime_api_endpoint: "http://127.0.0.1:9" });
    const degraded = await ask(daemon, "/v1/health");
    expectJson(degraded, 200, "common/health");
    expect(degraded.json.status).toBe("degraded");
  });
});
