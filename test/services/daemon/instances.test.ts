/** Managed instances as the processes that they are, and external ones. */
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import { bearer } from "@agentwire/kit/client";
import type { LaunchSettings, RuntimeInstance } from "@agentwire/models/daemon";
import type { RunRequest, RunResult } from "@agentwire/models/runtime";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { DriverConfig } from "../../../services/src/daemon/drivers/config.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import { eventually, listen, refused, serve } from "../support.js";
import { agent, beside, ended, isAlive, profile, start } from "./daemons.js";

afterAll(cleanUp);

/** A program in one or more manners, see `agents/program.mjs`. */
function program(manners: readonly string[] = [], more: Partial<DriverConfig> = {}): DriverConfig {
  const args = [beside("agents/program.mjs"), "{port}", ...manners];
  return { kind: "command", command: process.execPath, args, ...more } as DriverConfig;
}

async function createOne(client: DaemonClient, overrides = {}): Promise<RuntimeInstance> {
  const { instances } = await client.createInstances({ body: { ...profile, overrides } });
  return instances[0] as RuntimeInstance;
}

/** The result of a run, once there is one. */
async function resultOf(client: DaemonClient, request: Partial<RunRequest> = {}): Promise<RunResult> {
  const { run_id } = await client.submitRun({ body: { input: { goal: "wait" }, ...request } });
  await eventually(() => client.getRunStatus({ path: { run_id } }), ended);
  return await client.getRunResult({ path: { run_id } });
}

const stateOf = (client: DaemonClient) => async () => (await client.listInstances()).instances[0]?.state;

describe("a managed instance", () => {
  it("is a process of its own that knows nothing of the daemon's environment", async () => {
    process.env["DAEMON_SECRET"] = "hidden";
    const client = await start({ defaultDriver: agent("moody") });
    await createOne(client);
    const { output } = await resultOf(client);
    expect(output?.["pid"]).not.toBe(process.pid);
    expect(output?.["env"]).not.toHaveProperty("DAEMON_SECRET");
    expect(output?.["args"]).toEqual([]);
  });

  it("answers nobody but the daemon, unless the operator lets others in", async () => {
    const closed = await createOne(await start());
    const call = (url: string, token?: string) =>
      new RuntimeClient({ baseUrl: url, ...(token ? { auth: bearer(token) } : {}) }).getRunStatus({
        path: { run_id: "run_0" },
      });
    await refused(call(closed.runtime_api_endpoint), 401, "unauthorized");
    await refused(call(closed.runtime_api_endpoint, "guess"), 401, "unauthorized");
    const open = await createOne(await start({ surroundings: { auth: { mode: "disabled" } } }));
    await refused(call(open.runtime_api_endpoint), 404, "not_found");
  });

  it("gets the registry of its profile, or of the request, as ARP_TOOL_REGISTRY_URL", async () => {
    const surroundings = { toolRegistry: { url: "http://127.0.0.1:9001" } };
    const client = await start({ defaultDriver: program(), surroundings });
    await createOne(client);
    const registry = async () => (await resultOf(client)).output?.["env"];
    expect(await registry()).toMatchObject({ ARP_TOOL_REGISTRY_URL: "http://127.0.0.1:9001" });
    await client.deleteInstance({
      path: { instance_id: String((await client.listInstances()).instances[0]?.instance_id) },
    });
    await createOne(client, { tool_registry_url: "http://127.0.0.1:9002/" });
    expect(await registry()).toMatchObject({ ARP_TOOL_REGISTRY_URL: "http://127.0.0.1:9002" });
  });

  it("may be any program: it is told its port and, where it asks for one, its token", async () => {
    const env = { MINE: "at {port}", TOKEN: "{token}", KEY: { env: "ITS_KEY" } };
    const surroundings = { environment: { ITS_KEY: "secret", OTHER: "x" } };
    const client = await start({ defaultDriver: program([], { env }), surroundings });
    const instance = await createOne(client);
    expect(instance).toMatchObject({ state: "ready", managed: true, runtime_version: "9.9" });
    const { port } = new URL(instance.runtime_api_endpoint);
    const output = (await resultOf(client)).output as { env: Record<string, string>; authorization: string };
    expect(output.env).toMatchObject({ PORT: port, MINE: `at ${port}`, KEY: "secret" });
    expect(output.env).not.toHaveProperty("OTHER");
    expect(output.authorization).toBe(`Bearer ${output.env["TOKEN"]}`);
    expect(String(output.env["TOKEN"]).length).toBeGreaterThan(40);
  });

  it("whose driver lacks a variable of ours does not start, and the cause says which", async () => {
    const driver = program([], { env: { KEY: { env: "ITS_KEY" } } });
    const client = await start({ defaultDriver: driver, surroundings: { environment: {} } });
    const error = await refused(client.createInstances({ body: profile }, { retries: 0 }), 502);
    expect(error.body).toMatchObject({ error: { cause: { message: expect.stringContaining("ITS_KEY is not set") } } });
  });

  it("is never what a request names, but what the operator has a driver for", async () => {
    const client = await start({ defaultDriver: false, drivers: { mine: { ...program(), description: "Ours." } } });
    const { profiles } = await client.listRuntimeProfiles();
    expect(profiles).toContainEqual({ runtime_profile: "mine", description: "Ours." });
    const recipe = { "arp.jarvis.exec": { driver: "command", command_template: ["touch", "/tmp/owned"] } };
    await client.upsertRuntimeProfile({ path: profile, body: { extensions: recipe } });
    await refused(client.createInstances({ body: profile }), 400, "invalid_request");
    const { instances } = await client.createInstances({ body: { runtime_profile: "mine" } });
    expect(instances[0]?.runtime_version).toBe("9.9");
  });
});

describe("env and args", () => {
  const settings: [string, LaunchSettings][] = [
    ["NODE_OPTIONS", { env: { NODE_OPTIONS: "--require=/tmp/evil.js" } }],
    ["LD_PRELOAD", { env: { ALLOWED: "1", LD_PRELOAD: "/tmp/evil.so" } }],
    ["__proto__", { env: JSON.parse('{"__proto__": "x"}') as Record<string, string> }],
    ["arguments", { args: ["--inspect=0.0.0.0"] }],
  ];

  it.each(settings)("the operator does not allow are refused, with what is allowed: %s", async (what, overrides) => {
    const client = await start({ defaultDriver: program([], { allow_env: ["ALLOWED"] }) });
    const allowed = { allow_env: ["ALLOWED"], allow_args: false };
    const one = await refused(client.createInstances({ body: { ...profile, overrides } }), 400, "invalid_request");
    expect(one.message).toContain(what);
    expect(one.details).toEqual(allowed);
    const two = await refused(
      client.upsertRuntimeProfile({ path: profile, body: { defaults: overrides } }),
      400,
      "invalid_request",
    );
    expect(two.details).toEqual(allowed);
  });

  it("the operator allows reach the process, overrides over defaults", async () => {
    const client = await start({ defaultDriver: program([], { allow_env: ["A", "B"], allow_args: true }) });
    const defaults = { env: { A: "profile", B: "profile" }, args: ["one"] };
    await client.upsertRuntimeProfile({ path: profile, body: { defaults } });
    await createOne(client, { env: { B: "request" }, args: ["$(two)", "{port}"] });
    const { output } = await resultOf(client);
    expect(output?.["env"]).toMatchObject({ A: "profile", B: "request" });
    expect(output?.["args"]).toEqual(["$(two)", "{port}"]);
  });
});

describe("what no process can be given", () => {
  it.each([{ args: ["a\0b"] }, { env: { A: "a\0b" } }])("is refused: %j", async (overrides) => {
    const client = await start({ defaultDriver: program([], { allow_env: ["A"], allow_args: true }) });
    await refused(client.createInstances({ body: { ...profile, overrides } }), 400, "invalid_request");
  });

  it("fails the start, and nothing is left of it: more than the system takes", async () => {
    const client = await start({ defaultDriver: program([], { allow_args: true }) });
    const overrides = { args: ["x".repeat(500_000)] };
    const error = await refused(client.createInstances({ body: { ...profile, overrides } }, { retries: 0 }), 502);
    expect(error.body).toMatchObject({ error: { cause: { message: expect.stringContaining("E2BIG") } } });
    expect((await client.listInstances()).instances).toEqual([]);
  });
});

describe("a process", () => {
  it("that is not ready in time is a 502, and is gone", async () => {
    const folder = temporaryFolder();
    const client = await start({ defaultDriver: program(["silent"]), folder, instances: { startTimeoutMs: 300 } });
    const error = await refused(client.createInstances({ body: profile }, { retries: 0 }), 502);
    expect(error.body).toMatchObject({ error: { cause: { message: "it was not ready within 300 ms" } } });
    expect((await client.listInstances()).instances).toEqual([]);
  });

  it("that ends before it is ready is a 502 that says how", async () => {
    const client = await start({ defaultDriver: program(["crash"]) });
    const error = await refused(client.createInstances({ body: profile }, { retries: 0 }), 502);
    const message = "its process ended with code 3 before it was ready";
    expect(error.body).toMatchObject({ error: { cause: { message } } });
  });

  it("that crashes is started again under the same id and address; its runs have failed, retryable", async () => {
    const client = await start({ defaultDriver: agent("moody"), instances: { backOffMs: 20 } });
    const instance = await createOne(client);
    const before = (await resultOf(client)).output?.["pid"];
    const crashed = await resultOf(client, { run_id: "crash", input: { goal: "crash" } });
    expect(crashed).toMatchObject({ ok: false, error: { code: "runtime.interrupted", retryable: true } });
    const { events = [] } = await client.getRunTrace({ path: { run_id: "crash" } });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    expect(events.map(({ type }) => type)).toContain("run.retried");
    const now = (await client.listInstances()).instances[0];
    const { instance_id, runtime_api_endpoint } = instance;
    expect(now).toMatchObject({ state: "ready", instance_id, runtime_api_endpoint });
    expect(now?.extensions).toEqual({ "agentwire.restarts": 1 });
    const after = (await resultOf(client)).output?.["pid"];
    expect(after).not.toBe(before);
  });

  it("that is killed takes no runs until it is back", async () => {
    const limits = { backOffMs: 60_000, maxBackOffMs: 60_000 };
    const client = await start({ defaultDriver: program(), instances: limits });
    const { instance_id } = await createOne(client);
    process.kill(Number((await resultOf(client)).output?.["pid"]), "SIGKILL");
    await eventually(stateOf(client), (state) => state === "error");
    const reason = (await client.listInstances()).instances[0]?.extensions?.["agentwire.reason"];
    expect(reason).toContain("its process was ended by SIGKILL; started again in 60000 ms");
    const body = { input: { goal: "x" }, runtime_selector: { instance_id } };
    await refused(client.submitRun({ body }), 409, "instances.not_ready");
    await client.deleteInstance({ path: { instance_id } });
    expect((await client.listInstances()).instances).toEqual([]);
  });

  it("that hangs takes no runs until it answers again", { timeout: 30_000 }, async () => {
    const client = await start({ defaultDriver: program(), instances: { probeIntervalMs: 20, hangTimeoutMs: 60_000 } });
    const { instance_id } = await createOne(client);
    const pid = Number((await resultOf(client)).output?.["pid"]);
    process.kill(pid, "SIGSTOP");
    await expect.poll(stateOf(client), { timeout: 15_000 }).toBe("error");
    const reason = (await client.listInstances()).instances[0]?.extensions?.["agentwire.reason"];
    expect(reason).toContain("it does not answer");
    const body = { input: { goal: "x" }, runtime_selector: { instance_id } };
    await refused(client.submitRun({ body }), 409, "instances.not_ready");
    const other = await createOne(client);
    expect((await resultOf(client)).output?.["pid"]).not.toBe(pid);
    expect(other.instance_id).not.toBe(instance_id);
    process.kill(pid, "SIGCONT");
    await expect.poll(stateOf(client), { timeout: 15_000 }).toBe("ready");
    expect((await resultOf(client, { runtime_selector: { instance_id } })).output?.["pid"]).toBe(pid);
  });

  it("that hangs for too long is killed and started again, as if it had crashed", { timeout: 30_000 }, async () => {
    const limits = { probeIntervalMs: 20, hangTimeoutMs: 1, backOffMs: 1 };
    const client = await start({ defaultDriver: program(), instances: limits });
    const { instance_id } = await createOne(client);
    const pid = Number((await resultOf(client)).output?.["pid"]);
    process.kill(pid, "SIGSTOP");
    const seen = async () => {
      const [instance] = (await client.listInstances()).instances;
      return {
        id: instance?.instance_id,
        state: instance?.state,
        restarts: instance?.extensions?.["agentwire.restarts"],
      };
    };
    await expect.poll(seen, { timeout: 15_000 }).toEqual({ id: instance_id, state: "ready", restarts: 1 });
    expect(isAlive(pid)).toBe(false);
    expect((await resultOf(client)).output?.["pid"]).not.toBe(pid);
  });

  it("that crashes again and again is given up, and says so", async () => {
    const limits = { backOffMs: 1, maxBackOffMs: 1, maxCrashes: 2 };
    const client = await start({ defaultDriver: agent("moody"), instances: limits });
    await createOne(client);
    const first = await resultOf(client, { input: { goal: "crash" } });
    expect(first.error).toMatchObject({ code: "runtime.interrupted", retryable: true });
    const last = await resultOf(client, { input: { goal: "crash" } });
    expect(last.error).toMatchObject({ code: "runtime.lost", retryable: true });
    const [instance] = (await client.listInstances()).instances;
    expect(instance?.state).toBe("error");
    expect(instance?.extensions?.["agentwire.reason"]).toContain("given up after 2 crashes");
    expect((await client.health()).status).toBe("degraded");
    await refused(client.submitRun({ body: { input: { goal: "x" } } }), 409, "instances.no_ready");
  });

  it("may say as much as it wants: its log stays within its bytes", async () => {
    const folder = temporaryFolder();
    const client = await start({ defaultDriver: program(["flood"]), folder, instances: { maxLogBytes: 100_000 } });
    const { instance_id } = await createOne(client);
    const sizes = () => {
      const own = join(folder, instance_id);
      return readdirSync(own).map((name): [string, number] => [name, statSync(join(own, name)).size]);
    };
    await eventually(sizes, (found) => found.length === 2);
    for (let look = 0; look < 20; look += 1) {
      for (const [name, size] of sizes()) {
        expect(name).toMatch(/^output\.log(\.1)?$/);
        expect(size).toBeLessThanOrEqual(50_000);
      }
      await resultOf(client);
    }
  });

  it("that is deaf is killed with all that it started, and leaves no orphan", async () => {
    const folder = temporaryFolder();
    const driver = program(["deaf", "parent"]);
    const client = await start({ defaultDriver: driver, folder, instances: { stopTimeoutMs: 50 } });
    const { instance_id } = await createOne(client);
    const { pid, child } = (await resultOf(client)).output as { pid: number; child: number };
    expect([isAlive(pid), isAlive(child)]).toEqual([true, true]);
    await client.deleteInstance({ path: { instance_id } });
    await eventually(
      () => [pid, child].filter(isAlive),
      (left) => left.length === 0,
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("an instance that is deleted", () => {
  it("takes no more runs, and lets those that it has come to their end", async () => {
    const client = await start({ defaultDriver: agent("talker") });
    const { instance_id } = await createOne(client);
    const path = { run_id: "long" };
    await client.submitRun({ body: { ...path, input: { goal: "60" } } });
    const deleting = client.deleteInstance({ path: { instance_id } }).withResponse();
    await eventually(stateOf(client), (state) => state === "stopping");
    const body = { input: { goal: "1" }, runtime_selector: { instance_id } };
    await refused(client.submitRun({ body }), 409, "instances.not_ready");
    const again = client.deleteInstance({ path: { instance_id } }).withResponse();
    expect([(await deleting).status, (await again).status]).toEqual([204, 204]);
    expect(await client.getRunResult({ path })).toMatchObject({ ok: true, output: { words: 60 } });
    await refused(client.submitRun({ body }), 404, "instances.not_found");
  });

  it("cuts what does not end in time: failed, with a retryable error", async () => {
    const client = await start({ defaultDriver: agent("endless"), instances: { drainTimeoutMs: 50 } });
    const { instance_id } = await createOne(client);
    const path = { run_id: "endless" };
    await client.submitRun({ body: { ...path, input: { goal: "x" } } });
    await client.deleteInstance({ path: { instance_id } });
    expect(await client.getRunStatus({ path })).toMatchObject({ state: "failed" });
    expect((await client.getRunResult({ path })).error?.retryable).toBe(true);
  });
});

describe("an external instance", () => {
  it("is looked at again and again: it is in error while it does not answer, and ready once it does", async () => {
    const runtime = new RuntimeService();
    const url = await listen(runtime);
    const client = await start({ instances: { probeIntervalMs: 20 } });
    const { instance } = await client.registerInstance({ body: { runtime_api_endpoint: url } });
    expect(instance.state).toBe("ready");
    await runtime.close();
    // Health looks at nothing by itself.
    await eventually(
      () => client.health(),
      ({ status }) => status === "degraded",
    );
    const back = new RuntimeService();
    await serve(back);
    await back.listen({ port: Number(new URL(url).port), signals: false });
    await eventually(
      () => client.health(),
      ({ status }) => status === "ok",
    );
    expect((await client.listInstances()).instances).toMatchObject([{ state: "ready", managed: false }]);
  });

  it("that redirects is not followed to where the operator does not want calls to go", async () => {
    let reached = 0;
    const inner = createServer((_, response) => {
      reached += 1;
      response.end();
    }).listen(0, "127.0.0.1");
    const target = () => `http://127.0.0.1:${(inner.address() as AddressInfo).port}`;
    const outer = createServer((request, response) => {
      response.writeHead(307, { location: `${target()}${request.url}` }).end();
    }).listen(0, "127.0.0.1");
    onTestFinished(() => [inner, outer].forEach((server) => void server.close()));
    await Promise.all([inner, outer].map((server) => once(server, "listening")));
    const client = await start({ lostAfterMs: 0 });
    const runtime_api_endpoint = `http://127.0.0.1:${(outer.address() as AddressInfo).port}`;
    expect((await client.registerInstance({ body: { runtime_api_endpoint } })).instance.state).toBe("error");
    expect((await resultOf(client, { runtime_selector: { runtime_api_endpoint } })).ok).toBe(false);
    expect(reached).toBe(0);
  });

  it("that asks for a token gets the operator's", async () => {
    const schemes = { ArpBearerJWT: (token: string) => (token === "right" ? { subject: "daemon" } : undefined) };
    const url = await listen(new RuntimeService({ auth: { mode: "required", schemes } }));
    const client = await start({ runtimeToken: (to) => (to === url ? "right" : undefined) });
    await client.registerInstance({ body: { runtime_api_endpoint: url } });
    expect(await resultOf(client)).toMatchObject({ ok: true });
    expect(await resultOf(client, { runtime_selector: { runtime_api_endpoint: url } })).toMatchObject({ ok: true });
    const without = await start();
    await without.registerInstance({ body: { runtime_api_endpoint: url } });
    expect((await resultOf(without)).error).toMatchObject({ code: "runtime.refused", cause: { code: "unauthorized" } });
  });
});
