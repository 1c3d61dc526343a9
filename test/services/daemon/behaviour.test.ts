/** What the contract asks of a daemon, topic by topic, with runtimes and agents that make it hard. */
import { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import type { RunRequest, RunStatus } from "@agentwire/models/runtime";
import { RuntimeServer } from "@agentwire/server/runtime";
import { describe, expect, it } from "vitest";
import { DaemonService } from "../../../services/src/daemon/service.js";
import type { Executor } from "../../../services/src/runtime/executor.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { collect, eventually, listen, refused, serve } from "../support.js";
import { agent, ended, goal, profile, start } from "./daemons.js";

const slow: Executor = async function* ({ context }, { signal }) {
  yield { type: "step", data: { name: "begin" } };
  await new Promise((resolve, reject) => {
    setTimeout(resolve, 150);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  if (context?.["fail"]) throw new Error("it went wrong");
  return { done: true };
};

/** A daemon with one external runtime. */
async function withRuntime(runtime: RuntimeServer = new RuntimeService({ executor: slow })) {
  const client = await start();
  const url = await listen(runtime);
  const { instance } = await client.registerInstance({ body: { runtime_api_endpoint: url, runtime_name: "outer" } });
  return { client, url, instance };
}

const now = () => new Date().toISOString();

/** A runtime that says what the test wants, and has no events. */
class Plain extends RuntimeServer {
  readonly requests: RunRequest[] = [];
  state: RunStatus["state"] = "succeeded";
  override createRun({ body }: { body: RunRequest }): RunStatus | Promise<RunStatus> {
    this.requests.push(body);
    return this.getRunStatus({ path: { run_id: String(body.run_id) } });
  }
  override getRunStatus({ path }: { path: { run_id: string } }): RunStatus {
    return { ...path, state: this.state, ...(this.state === "succeeded" ? { ended_at: now() } : {}) };
  }
  override getRunResult({ path }: { path: { run_id: string } }): { run_id: string; ok: boolean } {
    return { ...path, ok: true };
  }
}

describe("runs", () => {
  it("Run states and Timestamps: queued, running with started_at, then one end with ended_at, for good", async () => {
    const { client } = await withRuntime();
    const seen = [await client.submitRun({ body: { run_id: "r", ...goal } })];
    const path = { run_id: "r" };
    await eventually(async () => {
      const status = await client.getRunStatus({ path });
      if (status.state !== seen.at(-1)?.state) seen.push(status);
      return status;
    }, ended);
    expect(seen.map(({ state }) => state)).toEqual(["queued", "running", "succeeded"]);
    expect(seen.map(({ started_at }) => started_at !== undefined)).toEqual([false, true, true]);
    expect(seen.map(({ ended_at }) => ended_at !== undefined)).toEqual([false, false, true]);
    expect(await client.getRunStatus({ path })).toEqual(seen.at(-1));
  });

  it.each(["", "a/b", "../../etc/passwd", "a b", "-x", ".x", "x".repeat(129), "ä", "a\n", "%2e%2e", "a\0"])(
    "run_id: one that cannot be kept is refused: %j",
    async (run_id) => {
      const { client } = await withRuntime();
      await refused(client.submitRun({ body: { run_id, ...goal } }), 400, "invalid_request");
    },
  );

  it("run_id: the client's is kept, at the runtime too; without one the daemon makes one up", async () => {
    const { client, url } = await withRuntime();
    const mine = await client.submitRun({ body: { run_id: "a.B_c-1", ...goal } });
    const other = await client.submitRun({ body: goal });
    expect(mine.run_id).toBe("a.B_c-1");
    expect(other.run_id).toMatch(/^run_/);
    const runtime = new RuntimeClient({ baseUrl: url });
    for (const { run_id } of [mine, other]) {
      await eventually(() => client.getRunStatus({ path: { run_id } }), ended);
      expect(await runtime.getRunStatus({ path: { run_id } })).toMatchObject({ run_id, state: "succeeded" });
    }
  });

  it("Same run_id again: the same body is the same run, at the runtime once; another body is a conflict", async () => {
    const plain = new Plain();
    const { client } = await withRuntime(plain);
    const body = { run_id: "twice", ...goal };
    await Promise.all(Array.from({ length: 5 }, () => client.submitRun({ body })));
    await eventually(() => client.getRunStatus({ path: { run_id: "twice" } }), ended);
    expect((await client.submitRun({ body })).state).toBe("succeeded");
    expect(plain.requests).toHaveLength(1);
    const selector = { runtime_name: "nothing" };
    await refused(client.submitRun({ body: { ...body, runtime_selector: selector } }), 409, "conflict");
  });

  it("Daemon submit: 202 at once, however long the runtime takes to answer", async () => {
    const answered: (() => void)[] = [];
    class Stuck extends Plain {
      override async createRun(request: { body: RunRequest }): Promise<RunStatus> {
        await new Promise<void>((resolve) => answered.push(resolve));
        return await super.createRun(request);
      }
    }
    const { client } = await withRuntime(new Stuck());
    const { status, body } = await client.submitRun({ body: goal }).withResponse();
    expect([status, body.state]).toEqual([202, "queued"]);
    await eventually(
      () => answered.length,
      (length) => length === 1,
    );
    answered[0]?.();
    await eventually(() => client.getRunStatus({ path: { run_id: body.run_id } }), ended);
  });

  it("Result before terminal: 409, retryable", async () => {
    const { client } = await withRuntime();
    await client.submitRun({ body: { run_id: "early", ...goal } });
    const path = { run_id: "early" };
    const error = await refused(client.getRunResult({ path }, { retries: 0 }), 409, "conflict");
    expect(error.retryable).toBe(true);
  });

  it("Unknown run, Trace of one: 404", async () => {
    const client = await start();
    for (const run_id of ["run_0", "../secret", "a%2Fb", "__proto__"]) {
      await refused(client.getRunStatus({ path: { run_id } }), 404, "not_found");
      await refused(client.getRunResult({ path: { run_id } }), 404, "not_found");
      await refused(client.getRunTrace({ path: { run_id } }), 404, "not_found");
    }
  });

  it("ok vs state: ok exactly when it succeeded, else an error", async () => {
    const { client } = await withRuntime();
    for (const fail of [false, true]) {
      const { run_id } = await client.submitRun({ body: { input: { goal: "x", context: { fail } } } });
      const status = await eventually(() => client.getRunStatus({ path: { run_id } }), ended);
      const result = await client.getRunResult({ path: { run_id } });
      expect([status.state, result.ok]).toEqual(fail ? ["failed", false] : ["succeeded", true]);
      expect(result.error?.code).toBe(fail ? "runtime.exception" : undefined);
    }
  });

  it("Cancel: done at the runtime, and the daemon hears of it", async () => {
    const { client, url } = await withRuntime();
    const path = { run_id: "stop" };
    await client.submitRun({ body: { ...path, ...goal } });
    await eventually(
      () => client.getRunStatus({ path }),
      ({ state }) => state === "running",
    );
    await new RuntimeClient({ baseUrl: url }).cancelRun({ path });
    expect(await eventually(() => client.getRunStatus({ path }), ended)).toMatchObject({ state: "canceled" });
    expect(await client.getRunResult({ path })).toMatchObject({ ok: false, error: { code: "canceled" } });
  });

  it("limits: what the runtime enforces is what the daemon reports", async () => {
    const client = await start({ defaultDriver: agent("endless") });
    await client.createInstances({ body: profile });
    const { run_id } = await client.submitRun({ body: { ...goal, limits: { timeout_ms: 20 } } });
    expect(await eventually(() => client.getRunStatus({ path: { run_id } }), ended)).toMatchObject({ state: "failed" });
    const { error } = await client.getRunResult({ path: { run_id } });
    expect(error?.code).toBe("limits.timeout");
  });

  it("tool_policy, input.context and input.data, metadata: the runtime gets all but the selector", async () => {
    const plain = new Plain();
    const { client } = await withRuntime(plain);
    const request = {
      run_id: "whole",
      input: { goal: "x", context: { a: null, b: [1] }, data: { c: { d: "e" } } },
      tool_policy: { allow_tool_ids: ["t"], deny_tool_ids: [] },
      limits: { max_steps: 3 },
      metadata: { labels: { l: "m" } },
      extensions: { "org.example.x": null },
    };
    await client.submitRun({ body: { ...request, runtime_selector: { runtime_name: "outer" } } });
    await eventually(() => client.getRunStatus({ path: { run_id: "whole" } }), ended);
    expect(plain.requests).toEqual([request]);
  });

  it("Status reads on Daemon: never stale, also where a runtime has no events or says nothing", async () => {
    const plain = new Plain();
    plain.state = "queued";
    const { client } = await withRuntime(plain);
    const path = { run_id: "moving" };
    await client.submitRun({ body: { ...path, ...goal } });
    await eventually(
      () => plain.requests.length,
      (length) => length === 1,
    );
    plain.state = "running";
    await eventually(
      () => client.getRunStatus({ path }),
      ({ state }) => state === "running",
    );
    plain.state = "succeeded";
    await eventually(() => client.getRunStatus({ path }), ended);
  });

  it("runtime_instance_id: filled in where the runtime leaves it out", async () => {
    const { client, instance } = await withRuntime(new Plain());
    const { run_id } = await client.submitRun({ body: goal });
    const status = await eventually(() => client.getRunStatus({ path: { run_id } }), ended);
    expect(status.runtime_instance_id).toBe(instance.instance_id);
  });

  it("Runtime failure seen by Daemon: 504 when it takes too long, with what happened as cause", async () => {
    class Silent extends Plain {
      override getRunResult(): never {
        return new Promise(() => undefined) as never;
      }
    }
    const client = await start({ instances: { runtimeTimeoutMs: 50 } });
    await client.registerInstance({ body: { runtime_api_endpoint: await listen(new Silent()) } });
    const path = { run_id: "silent" };
    await client.submitRun({ body: { ...path, ...goal } });
    await eventually(() => client.getRunStatus({ path }), ended);
    const error = await refused(client.getRunResult({ path }, { retries: 0 }), 504, "runtime.timeout");
    expect(error.body).toMatchObject({ error: { retryable: true, cause: { message: expect.any(String) } } });
  });

  it("Runtime failure seen by Daemon: a run whose runtime is away for too long has failed, with the cause", async () => {
    const url = await listen(new Plain());
    const client = await start({ lostAfterMs: 100 });
    const path = { run_id: "away" };
    const gone = `${url.slice(0, url.lastIndexOf(":"))}:1`;
    await client.submitRun({ body: { ...path, ...goal, runtime_selector: { runtime_api_endpoint: gone } } });
    expect(await eventually(() => client.getRunStatus({ path }), ended)).toMatchObject({ state: "failed" });
    const { error } = await client.getRunResult({ path });
    expect(error).toMatchObject({ code: "runtime.unavailable", retryable: true, cause: {} });
    const { events = [] } = await client.getRunTrace({ path });
    expect(events.map(({ type, level }) => [type, level])).toEqual([
      ["run.submitted", "info"],
      ["run.routed", "info"],
      ["run.retried", "warn"],
      ["run.ended", "error"],
    ]);
  });

  it("Runtime failure seen by Daemon: an event stream that breaks is taken up again, without a gap", async () => {
    class Breaking extends RuntimeService {
      #left = 2;
      override async *streamRunEvents(...call: Parameters<RuntimeService["streamRunEvents"]>) {
        for await (const event of super.streamRunEvents(...call)) {
          yield event;
          if (this.#left > 0 && event.seq % 2 === 1) {
            this.#left -= 1;
            throw new Error("the line broke");
          }
        }
      }
    }
    const talk: Executor = async function* () {
      for (const text of "abcdefgh") yield { type: "token", text };
      return {};
    };
    const { client } = await withRuntime(new Breaking({ executor: talk }));
    const path = { run_id: "broken" };
    await client.submitRun({ body: { ...path, ...goal } });
    await eventually(() => client.getRunStatus({ path }), ended);
    const { events = [] } = await client.getRunTrace({ path });
    expect(events.flatMap(({ type, data }) => (type === "token" ? [data?.["text"]] : [])).join("")).toBe("abcdefgh");
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  });

  it("more than may be under way are refused with 503", async () => {
    const client = await start({ maxRuns: 1 });
    const url = await listen(new RuntimeService({ executor: slow }));
    await client.registerInstance({ body: { runtime_api_endpoint: url } });
    await client.submitRun({ body: goal });
    await refused(client.submitRun({ body: goal }, { retries: 0 }), 503, "unavailable");
  });

  it("Trace: levels by what happened, and the runtime's own numbers beside the trace's", async () => {
    const { client } = await withRuntime();
    const path = { run_id: "told" };
    await client.submitRun({ body: { ...path, input: { goal: "x", context: { fail: true } } } });
    await eventually(() => client.getRunStatus({ path }), ended);
    const { events = [] } = await client.getRunTrace({ path });
    expect(events.map(({ seq, type, level }) => [seq, type, level])).toEqual([
      [0, "run.submitted", "info"],
      [1, "run.routed", "info"],
      [2, "run.handed_over", "info"],
      [3, "step", "info"],
      [4, "error", "error"],
      [5, "run.ended", "error"],
    ]);
    expect(events.flatMap(({ extensions }) => extensions?.["agentwire.runtime_seq"] ?? [])).toEqual([0, 1]);
  });
});

describe("Daemon run listing", () => {
  it("can be narrowed down to a state, an instance or both, page by page", async () => {
    const { client, instance } = await withRuntime(new Plain());
    const second = await client.registerInstance({
      body: { runtime_api_endpoint: await listen(new RuntimeService({ executor: slow })), runtime_name: "slow" },
    });
    const ids = ["a", "b", "c", "d", "e"];
    for (const [index, run_id] of ids.entries()) {
      const runtime_name = index % 2 === 0 ? "outer" : "slow";
      const context = { fail: run_id === "d" };
      await client.submitRun({ body: { run_id, input: { goal: "x", context }, runtime_selector: { runtime_name } } });
    }
    for (const run_id of ids) await eventually(() => client.getRunStatus({ path: { run_id } }), ended);
    const listed = async (query: object) =>
      (await collect(client.listRuns({ query: { page_size: 1, ...query } }))).map(({ run_id }) => run_id);
    expect(await listed({})).toEqual(ids);
    expect(await listed({ state: "failed" })).toEqual(["d"]);
    expect(await listed({ runtime_instance_id: instance.instance_id })).toEqual(["a", "c", "e"]);
    const both = { runtime_instance_id: second.instance.instance_id, state: "succeeded" };
    expect(await listed(both)).toEqual(["b"]);
    expect(await listed({ runtime_instance_id: "inst_0" })).toEqual([]);
  });

  it("End of list: next_page_token is absent, and null nowhere", async () => {
    const client = await start();
    expect(await client.listRuns()).toEqual({ runs: [], pagination: { page_size: 50 } });
  });

  it.each(["", "0", "made-up", "MS54", `${"A".repeat(5000)}`, Buffer.from("1.").toString("base64url")])(
    "refuses a token that it has not given out: %.20s",
    async (page_token) => {
      await refused((await start()).listRuns({ query: { page_token } }), 400, "invalid_request");
    },
  );
});

describe("routing", () => {
  it("an address together with another member is refused; alone it is used directly", async () => {
    const client = await start();
    const url = await listen(new Plain());
    const to = (runtime_selector: object) => client.submitRun({ body: { ...goal, runtime_selector } });
    for (const other of [{ instance_id: "i" }, { runtime_name: "n" }, { runtime_profile: "p" }]) {
      await refused(to({ runtime_api_endpoint: url, ...other }), 400, "invalid_request");
    }
    const { run_id, runtime_instance_id } = await to({ runtime_api_endpoint: url });
    expect(runtime_instance_id).toBeUndefined();
    await eventually(() => client.getRunStatus({ path: { run_id } }), ended);
    expect((await client.listInstances()).instances).toEqual([]);
  });

  it("instance_id: 404 when unknown, 409 when not ready", async () => {
    const runtime = new Plain();
    const url = await listen(runtime);
    await runtime.close();
    const client = await start();
    const { instance } = await client.registerInstance({ body: { runtime_api_endpoint: url } });
    const to = (instance_id: string) => client.submitRun({ body: { ...goal, runtime_selector: { instance_id } } });
    await refused(to("inst_0"), 404, "instances.not_found");
    await refused(to(instance.instance_id), 409, "instances.not_ready");
  });

  it("runtime_profile and runtime_name: 404 without a match, 409 when none of them is ready", async () => {
    const { client } = await withRuntime();
    const runtime = new Plain();
    const url = await listen(runtime);
    await runtime.close();
    const named = { runtime_name: "down", runtime_profile: "p" };
    await client.registerInstance({ body: { runtime_api_endpoint: url, ...named } });
    const to = (runtime_selector: object) => client.submitRun({ body: { ...goal, runtime_selector } });
    await refused(to({ runtime_profile: "q" }), 404, "instances.not_found");
    await refused(to({ runtime_profile: "p", runtime_name: "outer" }), 404, "instances.not_found");
    await refused(to({ runtime_profile: "p" }), 409, "instances.no_ready");
    await refused(to(named), 409, "instances.no_ready");
  });

  it("no selector: of the ready ones, the one that has least to do", async () => {
    const client = await start();
    const executor = slow;
    const ids = [];
    for (let index = 0; index < 3; index += 1) {
      const url = await listen(new RuntimeService({ executor }));
      const { instance } = await client.registerInstance({ body: { runtime_api_endpoint: url } });
      ids.push(instance.instance_id);
    }
    const runs = await Promise.all(Array.from({ length: 6 }, () => client.submitRun({ body: goal })));
    const chosen = runs.map(({ runtime_instance_id }) => runtime_instance_id).sort();
    expect(chosen).toEqual([...ids, ...ids].sort());
  });
});

describe("instances and profiles", () => {
  it("States and count: all that were started are listed, ready, busy with as many runs as they may have", async () => {
    const client = await start({ instances: { maxRunsPerInstance: 1 }, defaultDriver: agent("endless") });
    const { instances } = await client.createInstances({ body: { ...profile, count: 2 } });
    expect(instances.map(({ state }) => state)).toEqual(["ready", "ready"]);
    await client.submitRun({ body: goal });
    await client.submitRun({ body: goal });
    expect((await client.listInstances()).instances.map(({ state }) => state)).toEqual(["busy", "busy"]);
    await refused(client.createInstances({ body: { ...profile, count: 1_000_000_000 } }), 400, "invalid_request");
  });

  it("External: its id begins with ext_, DELETE forgets it, and a run that it has goes on", async () => {
    const { client, instance } = await withRuntime();
    const path = { run_id: "on" };
    expect(instance.instance_id).toMatch(/^ext_/);
    await client.submitRun({ body: { ...path, ...goal } });
    const deleted = await client.deleteInstance({ path: { instance_id: instance.instance_id } }).withResponse();
    expect(deleted.status).toBe(204);
    expect(await eventually(() => client.getRunStatus({ path }), ended)).toMatchObject({ state: "succeeded" });
    expect((await client.getRunResult({ path })).ok).toBe(true);
  });

  it("Profiles: those of the operator are there from the start, and one that is deleted cannot be started", async () => {
    const client = new DaemonClient(await serve(new DaemonService({ drivers: { mine: { kind: "runtime" } } })));
    const keys = async () =>
      (await client.listRuntimeProfiles()).profiles.map(({ runtime_profile }) => runtime_profile);
    expect(await keys()).toEqual(["mine"]);
    await client.deleteRuntimeProfile({ path: { runtime_profile: "mine" } });
    expect(await keys()).toEqual([]);
    await refused(client.createInstances({ body: { runtime_profile: "mine" } }), 400, "invalid_request");
    for (const key of ["__proto__", "constructor", "../x", "a/b"]) {
      await client.upsertRuntimeProfile({ path: { runtime_profile: key }, body: { description: "odd" } });
    }
    expect(await keys()).toEqual(["../x", "__proto__", "a/b", "constructor"]);
  });

  it("Health: 200 with what was looked at, whatever it says", async () => {
    const { status, body } = await (await start()).health().withResponse();
    expect([status, body.status]).toEqual([200, "ok"]);
    expect(body.checks?.map(({ name }) => name)).toEqual(["instances", "runs", "recovery"]);
  });
});
