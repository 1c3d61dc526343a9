import { RuntimeClient } from "@agentwire/client/runtime";
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { inMemory } from "@agentwire/kit/server";
import type { RunEvent, RunRequest } from "@agentwire/models/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Executor, RunFailure } from "../../../services/src/runtime/executor.js";
import { type RuntimeOptions, RuntimeService } from "../../../services/src/runtime/service.js";
import { IN_MEMORY, openSqlite } from "../../../services/src/storage/sqlite/storage.js";
import { type Storage, StorageError } from "../../../services/src/storage/storage.js";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { collect, eventually, refused, serve, WAYS, type Way } from "../support.js";

async function start(options: RuntimeOptions = {}, way: Way = "in memory"): Promise<RuntimeClient> {
  const toolRegistry = new ToolRegistryClient({ transport: inMemory(new ToolRegistryService()) });
  return new RuntimeClient(await serve(new RuntimeService({ toolRegistry, ...options }), way));
}

async function finish(client: RuntimeClient, body: RunRequest) {
  const { run_id } = await client.createRun({ body });
  const path = { run_id };
  const events = await collect(client.streamRunEvents({ path }));
  const [status, result] = await Promise.all([client.getRunStatus({ path }), client.getRunResult({ path })]);
  return { path, events, status, result };
}

const types = (events: readonly RunEvent[]) => events.map(({ type }) => type);

/** Works until it is stopped. */
const endless: Executor = async function* (_, { signal }) {
  yield { type: "step", data: { name: "begin" } };
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  return {};
};

/** Hears nothing of being stopped. */
const deaf: Executor = async function* () {
  yield { type: "step", data: { name: "begin" } };
  await new Promise(() => undefined);
  return {};
};

describe.each(WAYS)("the runtime %s", (way) => {
  it("works on a goal and reports every event once, in order", async () => {
    const client = await start({ instanceId: "inst_1" }, way);
    const { events, status, result } = await finish(client, { input: { goal: "What is (17 + 4) * 2?" } });
    expect(status).toMatchObject({ state: "succeeded", runtime_instance_id: "inst_1" });
    expect(status.run_id).toMatch(/^run_/);
    expect(Date.parse(String(status.started_at))).toBeLessThanOrEqual(Date.parse(String(status.ended_at)));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    expect(types(events).filter((type) => type === "final" || type === "error")).toEqual(["final"]);
    expect(types(events).slice(0, 3)).toEqual(["step", "tool_call", "tool_result"]);
    expect(result).toMatchObject({ ok: true, output: { planner: "rules" }, usage: { steps: 2, tool_calls: 2 } });
    const answer = String(result.output?.["answer"]);
    expect(answer).toContain("(17 + 4) * 2 = 42.");
    const tokens = events.filter(({ type }) => type === "token").map(({ data }) => data?.["text"]);
    expect(tokens.join("")).toBe(answer);
  });

  it("goes on after Last-Event-ID, as SSE and as NDJSON", async () => {
    const client = await start({}, way);
    const { path, events } = await finish(client, { input: { goal: "hello" } });
    expect(await collect(client.streamRunEvents({ path }, { after: "1" }))).toEqual(events.slice(2));
    const header = { "Last-Event-ID": "0" };
    expect(await collect(client.streamRunEvents({ path, header }))).toEqual(events.slice(1));
    expect(await collect(client.streamRunEvents({ path }, { accept: "application/x-ndjson" }))).toEqual(events);
    await refused(collect(client.streamRunEvents({ path, header: { "Last-Event-ID": "x" } })), 400, "invalid_request");
  });

  it("answers unknown runs with 404", async () => {
    const client = await start({}, way);
    const path = { run_id: "run_conformance_0" };
    await refused(client.getRunStatus({ path }), 404, "not_found");
    await refused(client.getRunResult({ path }), 404, "not_found");
    await refused(client.cancelRun({ path }), 404, "not_found");
    await refused(collect(client.streamRunEvents({ path })), 404, "not_found");
  });

  it("cancels a run at once, also one that does not listen, and as often as it is asked", async () => {
    for (const executor of [endless, deaf]) {
      const client = await start({ executor }, way);
      const { run_id } = await client.createRun({ body: { input: { goal: "x" } } });
      const path = { run_id };
      const reading = collect(client.streamRunEvents({ path }));
      await eventually(
        () => client.getRunStatus({ path }),
        ({ state }) => state === "running",
      );
      const early = await refused(client.getRunResult({ path }), 409, "conflict");
      expect(early.retryable).toBe(true);
      const canceled = await client.cancelRun({ path });
      expect(canceled).toMatchObject({ state: "canceled", ended_at: expect.any(String) });
      expect(await client.cancelRun({ path })).toEqual(canceled);
      expect(await client.getRunResult({ path })).toMatchObject({ ok: false, error: { code: "canceled" } });
      expect((await reading).at(-1)).toMatchObject({ type: "error", data: { state: "canceled" } });
    }
  });

  it("serves any number of readers of a run that is going on", async () => {
    const gate = deferred();
    const executor: Executor = async function* () {
      yield { type: "token", text: "one" };
      await gate.promise;
      yield { type: "token", text: "two" };
      return {};
    };
    const client = await start({ executor }, way);
    const { run_id } = await client.createRun({ body: { input: { goal: "x" } } });
    const path = { run_id };
    const readers = [1, 2, 3].map(() => collect(client.streamRunEvents({ path })));
    gate.resolve();
    const [first, ...others] = await Promise.all(readers);
    expect(types(first ?? [])).toEqual(["token", "token", "final"]);
    for (const other of others) expect(other).toEqual(first);
  });
});

describe("the id of a run", () => {
  it("is kept; the same request finds the run, another is a conflict", async () => {
    const client = await start();
    const body = { run_id: "run_conformance_1", input: { goal: "hello", data: { a: 1, b: 2 } } };
    await finish(client, body);
    const again = await client.createRun({
      body: { input: { data: { b: 2, a: 1 }, goal: "hello" }, run_id: body.run_id },
    });
    expect(again).toMatchObject({ run_id: body.run_id, state: "succeeded" });
    await refused(client.createRun({ body: { ...body, input: { goal: "other" } } }), 409, "conflict");
  });

  it("is refused when it cannot be kept", async () => {
    const client = await start();
    for (const run_id of ["", "a/b", "..", "a b", "ü", "a:cancel", "x".repeat(129)]) {
      await refused(client.createRun({ body: { run_id, input: { goal: "x" } } }), 400, "invalid_request");
    }
    const { run_id } = await client.createRun({ body: { run_id: "x".repeat(128), input: { goal: "x" } } });
    expect(run_id).toHaveLength(128);
  });
});

describe("limits", () => {
  const goal = "1 + 1 and 2 + 2";
  it("ends a run that has no time, or not enough", async () => {
    const client = await start({ executor: deaf });
    for (const timeout_ms of [0, 20]) {
      const { status, result, events } = await finish(client, { input: { goal }, limits: { timeout_ms } });
      expect(status.state).toBe("failed");
      expect(result).toMatchObject({ ok: false, error: { code: "limits.timeout" } });
      expect(types(events).at(-1)).toBe("error");
    }
  });

  it("ends a run that wants more steps or tokens than it has", async () => {
    const client = await start();
    const steps = await finish(client, { input: { goal }, limits: { max_steps: 1 } });
    expect(steps.result).toMatchObject({ ok: false, error: { code: "limits.max_steps" }, usage: { steps: 1 } });
    expect(types(steps.events)).toEqual(["step", "tool_call", "tool_result", "error"]);
    const tokens = await finish(client, { input: { goal }, limits: { max_tokens: 2 } });
    expect(tokens.result).toMatchObject({ ok: false, error: { code: "limits.max_tokens" }, usage: { tokens: 2 } });
  });

  it("leaves alone what stays within them", async () => {
    const limits = { timeout_ms: 10_000, max_steps: 1 };
    const { result } = await finish(await start(), { input: { goal: "conformance" }, limits });
    expect(result.ok).toBe(true);
  });
});

describe("the tool policy", () => {
  const calls = async (tool_policy: NonNullable<RunRequest["tool_policy"]>) => {
    const { events, result } = await finish(await start(), { input: { goal: "1 + 1" }, tool_policy });
    expect(result.ok).toBe(true);
    return events.filter(({ type }) => type === "tool_call").map(({ data }) => data?.["tool_id"]);
  };

  it("lets deny win, and takes an empty list for none", async () => {
    expect(await calls({})).toEqual(["calc", "text_stats"]);
    expect(await calls({ allow_tool_ids: ["calc"] })).toEqual(["calc"]);
    expect(await calls({ deny_tool_ids: ["calc"] })).toEqual(["text_stats"]);
    expect(await calls({ allow_tool_ids: ["calc", "echo"], deny_tool_ids: ["calc"] })).toEqual(["echo"]);
    expect(await calls({ allow_tool_ids: [] })).toEqual([]);
  });

  it("holds for an agent that does not ask which tools there are", async () => {
    const executor: Executor = async function* (_, { callTool }) {
      yield { type: "step", data: {} };
      return { outcome: await callTool("calc", { expression: "1" }) };
    };
    const body = { input: { goal: "x" }, tool_policy: { deny_tool_ids: ["calc"] } };
    const { result } = await finish(await start({ executor }), body);
    expect(result.output).toMatchObject({ outcome: { ok: false, error: { code: "tool.not_allowed" } } });
  });
});

describe("what goes wrong", () => {
  it("ends the run with the code that the agent gives, or its own", async () => {
    const throwing = (error: Error): Executor =>
      async function* () {
        yield { type: "step", data: {} };
        throw error;
      };
    const known = await finish(await start({ executor: throwing(new RunFailure("quota", "No more.")) }), {
      input: { goal: "x" },
    });
    expect(known.result.error).toEqual({ code: "quota", message: "No more." });
    const unknown = await finish(await start({ executor: throwing(new Error("boom")) }), { input: { goal: "x" } });
    expect(unknown.result.error).toMatchObject({ code: "runtime.exception", message: "boom" });
  });

  it("fails runs while the registry is down, and says so in its health", async () => {
    const toolRegistry = new ToolRegistryClient({ baseUrl: "http://127.0.0.1:9", retries: 0 });
    const client = await start({ toolRegistry });
    expect(await client.health()).toMatchObject({
      status: "degraded",
      checks: [
        { name: "runs", status: "ok" },
        { name: "tool-registry", status: "down" },
      ],
    });
    const { result } = await finish(client, { input: { goal: "x" } });
    expect(result.error).toMatchObject({ code: "tool_registry.unavailable", retryable: true });
    const without = await finish(client, { input: { goal: "x" }, tool_policy: { allow_tool_ids: [] } });
    expect(without.result.ok).toBe(true);
    expect(await (await start()).health()).toMatchObject({
      status: "ok",
      checks: [{ status: "ok" }, { status: "ok" }],
    });
  });
});

describe("the queue", () => {
  it("lets so many runs work at a time; a queued one can be canceled", async () => {
    const client = await start({ executor: endless, maxConcurrentRuns: 1 });
    const [first, second, third] = await Promise.all(
      ["a", "b", "c"].map((run_id) => client.createRun({ body: { run_id, input: { goal: "x" } } })),
    );
    expect(second).toEqual({ run_id: "b", state: "queued" });
    const canceled = await client.cancelRun({ path: { run_id: "b" } });
    expect(canceled).toEqual({ run_id: "b", state: "canceled", ended_at: expect.any(String) });
    await client.cancelRun({ path: { run_id: String(first?.run_id) } });
    const state = async () => (await client.getRunStatus({ path: { run_id: String(third?.run_id) } })).state;
    await eventually(state, (found) => found === "running");
  });

  it("a run that waits can be followed, by several, before it begins; it may wait only so long; the order is that of asking", async () => {
    const order: string[] = [];
    const noted: Executor = async function* (input, context) {
      order.push(context.runId);
      if (input.goal === "block") yield* endless(input, context);
      yield { type: "token", text: context.runId };
      return {};
    };
    const client = await start({ executor: noted, maxConcurrentRuns: 1 });
    const create = (run_id: string, limits: object = {}, goal = "x") =>
      client.createRun({ body: { run_id, input: { goal }, limits } });
    await create("first", {}, "block");
    for (const run_id of ["b", "c", "d"]) await create(run_id);
    await create("impatient", { timeout_ms: 50 });
    await create("e");
    const following = ["c", "c", "impatient"].map((run_id) => collect(client.streamRunEvents({ path: { run_id } })));
    expect(await following[2]).toMatchObject([{ type: "error", data: { error: { code: "limits.timeout" } } }]);
    await client.cancelRun({ path: { run_id: "d" } });
    await refused(client.createRun({ body: { run_id: "e", input: { goal: "another" } } }), 409, "conflict");
    expect(await create("e")).toMatchObject({ run_id: "e", state: "queued" });
    await client.cancelRun({ path: { run_id: "first" } });
    for (const events of await Promise.all(following.slice(0, 2))) {
      expect(events.map(({ run_id, type }) => [run_id, type])).toEqual([
        ["c", "token"],
        ["c", "final"],
      ]);
    }
    expect(types(await collect(client.streamRunEvents({ path: { run_id: "e" } })))).toEqual(["token", "final"]);
    expect(order).toEqual(["first", "b", "c", "e"]);
  });

  it("a run whose turn comes while the disk fails keeps its place", async () => {
    const storage = await openSqlite(IN_MEMORY);
    onTestFinished(() => storage.close());
    let isBroken = false;
    let failures = 0;
    const moody = new Proxy(storage, {
      get: (target, name: keyof Storage) => {
        if (name === "get" && isBroken) {
          failures += 1;
          return () => Promise.reject(new StorageError("failed", "an input/output error"));
        }
        const member = target[name];
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    let free = (): void => undefined;
    const freed = new Promise<void>((resolve) => (free = resolve));
    const held: Executor = async function* (input) {
      if (input.goal === "held") await freed;
      yield { type: "token", text: input.goal };
      return {};
    };
    const client = await start({ executor: held, storage: moody, maxConcurrentRuns: 1 });
    await client.createRun({ body: { run_id: "a", input: { goal: "held" } } });
    for (const run_id of ["b", "c"]) await client.createRun({ body: { run_id, input: { goal: run_id } } });
    isBroken = true;
    free();
    await eventually(
      () => failures,
      (count) => count > 0,
    );
    isBroken = false;
    for (const run_id of ["b", "c"]) {
      expect(types(await collect(client.streamRunEvents({ path: { run_id } })))).toEqual(["token", "final"]);
    }
  });

  it("ends runs and their streams when the runtime closes", async () => {
    const service = new RuntimeService({ executor: deaf });
    const client = new RuntimeClient(await serve(service, "over a socket"));
    const { run_id } = await client.createRun({ body: { input: { goal: "x" } } });
    const events: RunEvent[] = [];
    let closed: Promise<void> | undefined;
    for await (const event of client.streamRunEvents({ path: { run_id } })) {
      closed ??= service.close();
      events.push(event);
    }
    await closed;
    const error = { code: "runtime.interrupted", retryable: true };
    expect(events.at(-1)).toMatchObject({ type: "error", data: { state: "failed", error } });
  });
});

function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
