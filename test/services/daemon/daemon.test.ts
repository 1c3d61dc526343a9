import { DaemonClient } from "@agentwire/client/daemon";
import type { RunStatus } from "@agentwire/models/runtime";
import { RuntimeServer } from "@agentwire/server/runtime";
import { describe, expect, it } from "vitest";
import { DaemonService } from "../../../services/src/daemon/service.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { collect, eventually, listen, refused, serve, WAYS } from "../support.js";
import { agent, ended, goal, profile, start } from "./daemons.js";

describe.each(WAYS)("the daemon %s", (way) => {
  it("starts instances and hands runs to them", async () => {
    const client = await start({}, way);
    const { instances } = await client.createInstances({ body: { ...profile, count: 2 } });
    expect(instances).toHaveLength(2);
    for (const instance of instances) {
      expect(instance).toMatchObject({ state: "ready", managed: true, ...profile, runtime_version: "0.1.0" });
    }
    expect((await client.listInstances()).instances).toEqual(instances);
    const instance_id = String(instances[1]?.instance_id);
    const body = { run_id: "run_1", ...goal, runtime_selector: { instance_id } };
    const { body: submitted, status } = await client.submitRun({ body }).withResponse();
    expect(status).toBe(202);
    expect(submitted).toEqual({ run_id: "run_1", state: "queued", runtime_instance_id: instance_id });
    const path = { run_id: "run_1" };
    const done = await eventually(() => client.getRunStatus({ path }), ended);
    expect(done).toMatchObject({ run_id: "run_1", state: "succeeded", runtime_instance_id: instance_id });
    expect(await client.getRunResult({ path })).toMatchObject({ run_id: "run_1", ok: true });
    const { events = [] } = await client.getRunTrace({ path });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    expect(events.map(({ type }) => type).filter((type) => type.startsWith("run."))).toEqual([
      "run.submitted",
      "run.routed",
      "run.handed_over",
      "run.ended",
    ]);
    expect(events.at(-2)).toMatchObject({ run_id: "run_1", type: "final", level: "info" });
  });

  it("keeps the result of a run whose instance is gone", async () => {
    const client = await start({}, way);
    const { instances } = await client.createInstances({ body: profile });
    const path = { run_id: (await client.submitRun({ body: goal })).run_id };
    await eventually(() => client.getRunStatus({ path }), ended);
    await eventually(
      () => client.getRunResult({ path }).then(({ ok }) => ok),
      (ok) => ok,
    );
    await client.deleteInstance({ path: { instance_id: String(instances[0]?.instance_id) } });
    expect((await client.listInstances()).instances).toEqual([]);
    expect(await client.getRunResult({ path })).toMatchObject({ ok: true });
  });

  it("answers what it does not know with 404, and deletes it all the same", async () => {
    const client = await start({}, way);
    const path = { run_id: "run_0" };
    await refused(client.getRunStatus({ path }), 404, "not_found");
    await refused(client.getRunResult({ path }), 404, "not_found");
    await refused(client.getRunTrace({ path }), 404, "not_found");
    const deleted = await client.deleteInstance({ path: { instance_id: "inst_0" } }).withResponse();
    expect(deleted.status).toBe(204);
    await client.deleteRuntimeProfile({ path: profile });
    await client.deleteRuntimeProfile({ path: profile });
    expect((await client.listRuntimeProfiles()).profiles).toEqual([]);
  });
});

describe("profiles", () => {
  it("are replaced as a whole, and listed by key", async () => {
    const client = await start();
    const put = (runtime_profile: string, body: object) =>
      client.upsertRuntimeProfile({ path: { runtime_profile }, body });
    await put("b", { description: "one", runtime_name: "n" });
    expect(await put("b", { runtime_name: "m" })).toEqual({ runtime_profile: "b", runtime_name: "m" });
    await put("a/b c", { description: "x" });
    const { profiles } = await client.listRuntimeProfiles();
    expect(profiles.map(({ runtime_profile }) => runtime_profile)).toEqual(["a/b c", "b", "plain"]);
  });

  it("must say something", async () => {
    await refused((await start()).upsertRuntimeProfile({ path: profile, body: {} }), 400, "invalid_request");
  });
});

describe("instances", () => {
  it("come only from profiles, and only so many", async () => {
    const client = await start({ instances: { maxInstances: 2 } });
    const create = (runtime_profile: string, count: number) =>
      client.createInstances({ body: { runtime_profile, count } });
    await refused(create("unknown", 1), 400, "invalid_request");
    await refused(create("plain", 3), 400, "invalid_request");
    await create("plain", 1);
    const outcomes = await Promise.allSettled([create("plain", 1), create("plain", 1)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await refused(create("plain", 1), 409, "conflict");
  });

  it("that cannot be started leave nothing behind, and say why", async () => {
    const client = await start({ defaultDriver: { kind: "command", command: "no-such-program" } });
    const error = await refused(client.createInstances({ body: { ...profile, count: 2 } }), 502);
    expect(error.body).toMatchObject({
      error: { retryable: true, cause: { message: expect.stringContaining("no-such-program") } },
    });
    expect((await client.listInstances()).instances).toEqual([]);
  });

  it("may be external: registered, used, and only forgotten", async () => {
    const url = await listen(new RuntimeService());
    const client = await start();
    const registered = { runtime_api_endpoint: `${url}/`, runtime_name: "mine", metadata: { labels: { a: "b" } } };
    const { instance } = await client.registerInstance({ body: registered });
    expect(instance).toMatchObject({ state: "ready", managed: false, runtime_api_endpoint: url, runtime_name: "mine" });
    const { run_id } = await client.submitRun({ body: { ...goal, runtime_selector: { runtime_name: "mine" } } });
    await eventually(() => client.getRunStatus({ path: { run_id } }), ended);
    await client.deleteInstance({ path: { instance_id: instance.instance_id } });
    expect((await fetch(`${url}/v1/health`)).status).toBe(200);
  });

  it("that do not answer cannot take runs, until they do", async () => {
    const runtime = new RuntimeService();
    const url = await listen(runtime);
    await runtime.close();
    const client = await start();
    const { instance } = await client.registerInstance({ body: { runtime_api_endpoint: url } });
    expect(instance.state).toBe("error");
    expect(await client.health()).toMatchObject({ status: "degraded" });
    await refused(client.submitRun({ body: goal }), 409, "instances.no_ready");
    const again = new RuntimeService();
    await again.listen({ port: Number(new URL(url).port), signals: false });
    await serve(again);
    expect(await client.submitRun({ body: goal })).toMatchObject({ state: "queued" });
  });

  it("are not reached where the operator does not allow it", async () => {
    const client = await start();
    const outside = "http://169.254.169.254";
    await refused(client.registerInstance({ body: { runtime_api_endpoint: outside } }), 403, "forbidden");
    const selector = { runtime_api_endpoint: outside };
    await refused(client.submitRun({ body: { ...goal, runtime_selector: selector } }), 403, "forbidden");
    const overrides = { tool_registry_url: outside };
    await refused(client.createInstances({ body: { ...profile, overrides } }), 403, "forbidden");
    await refused(
      client.registerInstance({ body: { runtime_api_endpoint: "ftp://127.0.0.1" } }),
      400,
      "invalid_request",
    );
  });
});

describe("a run", () => {
  it("goes where its selector says", async () => {
    const url = await listen(new RuntimeService());
    const client = await start();
    await refused(client.submitRun({ body: goal }), 404, "instances.not_found");
    const both = { runtime_api_endpoint: url, runtime_name: "x" };
    await refused(client.submitRun({ body: { ...goal, runtime_selector: both } }), 400, "invalid_request");
    const alone = { runtime_api_endpoint: url };
    const { run_id } = await client.submitRun({ body: { ...goal, runtime_selector: alone } });
    expect(await eventually(() => client.getRunStatus({ path: { run_id } }), ended)).toMatchObject({
      state: "succeeded",
    });
  });

  it("may be submitted again, unless it is another", async () => {
    const client = await start();
    await client.createInstances({ body: profile });
    const body = { run_id: "mine", ...goal };
    const [one, two] = await Promise.all([client.submitRun({ body }), client.submitRun({ body })]);
    expect(one.run_id).toBe(two.run_id);
    await refused(client.submitRun({ body: { ...body, limits: { max_steps: 9 } } }), 409, "conflict");
    await refused(client.submitRun({ body: { ...body, run_id: "a/b" } }), 400, "invalid_request");
    expect((await client.listRuns()).runs).toHaveLength(1);
  });

  it("has no result before its end, and moves on with the runtime", async () => {
    const client = await start({
      defaultDriver: agent("endless"),
      instances: { maxRunsPerInstance: 1, drainTimeoutMs: 10 },
    });
    const { instances } = await client.createInstances({ body: profile });
    const { run_id } = await client.submitRun({ body: goal });
    const path = { run_id };
    const early = await refused(client.getRunResult({ path }), 409, "conflict");
    expect(early.retryable).toBe(true);
    await eventually(
      () => client.getRunStatus({ path }),
      ({ state }) => state === "running",
    );
    expect((await client.listInstances()).instances[0]?.state).toBe("busy");
    await refused(client.submitRun({ body: goal }), 409, "instances.no_ready");
    await eventually(
      () => client.getRunTrace({ path }),
      ({ events }) => events?.some(({ type }) => type === "step") ?? false,
    );
    // Stopping the instance ends its run, and the daemon hears of it.
    await client.deleteInstance({ path: { instance_id: String(instances[0]?.instance_id) } });
    expect(await eventually(() => client.getRunStatus({ path }), ended)).toMatchObject({ state: "failed" });
    const error = { code: "runtime.interrupted", retryable: true };
    expect(await client.getRunResult({ path })).toMatchObject({ ok: false, error });
    const { events = [] } = await client.getRunTrace({ path });
    expect(events.slice(-2)).toMatchObject([
      { type: "error", level: "error" },
      { type: "run.ended", level: "error", data: { state: "failed", error } },
    ]);
  });

  it("is polled where the runtime has no event stream, and has only the daemon's own trace then", async () => {
    let asked = 0;
    class Plain extends RuntimeServer {
      override createRun = ({ body }: { body: { run_id?: string } }): RunStatus => ({
        run_id: String(body.run_id),
        state: "queued",
      });
      override getRunStatus = ({ path }: { path: { run_id: string } }): RunStatus => {
        asked += 1;
        return asked < 2
          ? { ...path, state: "running" }
          : { ...path, state: "succeeded", ended_at: new Date().toISOString() };
      };
      override getRunResult = ({ path }: { path: { run_id: string } }) => ({ ...path, ok: true });
    }
    const client = await start();
    await client.registerInstance({ body: { runtime_api_endpoint: await listen(new Plain()) } });
    const { run_id } = await client.submitRun({ body: goal });
    await eventually(() => client.getRunStatus({ path: { run_id } }), ended);
    const { events = [] } = await client.getRunTrace({ path: { run_id } });
    expect(events.map(({ type }) => type)).toEqual(["run.submitted", "run.routed", "run.handed_over", "run.ended"]);
    expect(await client.getRunResult({ path: { run_id } })).toEqual({ run_id, ok: true });
  });

  it("fails when its runtime refuses it, with what the runtime said", async () => {
    const runtime = new RuntimeService();
    const url = await listen(runtime);
    await fetch(`${url}/v1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ run_id: "taken", input: { goal: "another" } }),
    });
    const client = await start();
    const selector = { runtime_api_endpoint: url };
    await client.submitRun({ body: { run_id: "taken", ...goal, runtime_selector: selector } });
    const path = { run_id: "taken" };
    expect(await eventually(() => client.getRunStatus({ path }), ended)).toMatchObject({ state: "failed" });
    const { error } = await client.getRunResult({ path });
    expect(error).toMatchObject({
      code: "runtime.refused",
      retryable: false,
      cause: { code: "conflict", details: { status: 409 } },
    });
  });

  it("has a result that cannot be fetched once: 502 with the cause", async () => {
    let broken = true;
    class Flaky extends RuntimeServer {
      override createRun = ({ body }: { body: { run_id?: string } }): RunStatus => ({
        run_id: String(body.run_id),
        state: "succeeded",
        ended_at: new Date().toISOString(),
      });
      override getRunStatus = ({ path }: { path: { run_id: string } }): RunStatus => this.createRun({ body: path });
      override getRunResult = ({ path }: { path: { run_id: string } }) => {
        if (broken) throw new Error("the disk is full");
        return { ...path, ok: true };
      };
    }
    const client = await start();
    const selector = { runtime_api_endpoint: await listen(new Flaky()) };
    const { run_id } = await client.submitRun({ body: { ...goal, runtime_selector: selector } });
    const path = { run_id };
    await eventually(() => client.getRunStatus({ path }), ended);
    const error = await refused(client.getRunResult({ path }, { retries: 0 }), 502, "runtime.unavailable");
    expect(error.body).toMatchObject({ error: { cause: { code: "internal_error" } } });
    broken = false;
    expect(await client.getRunResult({ path })).toMatchObject({ ok: true });
  });
});

describe("the list of runs", () => {
  it("is walked page by page, in the order of submission, while more come", async () => {
    const client = await start();
    await client.createInstances({ body: profile });
    const ids = ["e", "d", "c", "b", "a"];
    for (const run_id of ids) await client.submitRun({ body: { run_id, ...goal } });
    const pages = [];
    for await (const page of client.listRuns({ query: { page_size: 2 } }).pages()) {
      pages.push(page.runs.map(({ run_id }) => run_id));
      if (pages.length === 1) await client.submitRun({ body: { run_id: "late", ...goal } });
    }
    expect(pages).toEqual([
      ["e", "d"],
      ["c", "b"],
      ["a", "late"],
    ]);
    expect((await collect(client.listRuns())).map(({ run_id }) => run_id)).toEqual([...ids, "late"]);
    const whole = await client.listRuns();
    expect(whole.pagination).toEqual({ page_size: 50 });
  });

  it("refuses tokens it has not given out, and sizes out of bounds", async () => {
    const options = await serve(new DaemonService());
    const client = new DaemonClient(options);
    await refused(client.listRuns({ query: { page_token: "made-up" } }), 400, "invalid_request");
    const lax = new DaemonClient({ ...options, validate: false });
    for (const page_size of [0, 1001]) await refused(lax.listRuns({ query: { page_size } }), 400, "invalid_request");
  });
});
