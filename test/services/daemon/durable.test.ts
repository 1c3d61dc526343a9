/** Daemons on a file: closed, killed and started again. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DaemonClient } from "@agentwire/client/daemon";
import type { TraceEvent } from "@agentwire/models/daemon";
import type { RunRequest } from "@agentwire/models/runtime";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { type DaemonOptions, DaemonService } from "../../../services/src/daemon/service.js";
import type { Executor } from "../../../services/src/runtime/executor.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { openSqlite } from "../../../services/src/storage/sqlite/storage.js";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import { eventually, listen, refused } from "../support.js";
import { agent, beside, ended, isAlive, profile } from "./daemons.js";

afterAll(cleanUp);

/** A daemon on a folder, until the test is over or `stop` is called. */
async function open(folder: string, options: DaemonOptions = {}) {
  const storage = await openSqlite(join(folder, "daemon.db"));
  const service = new DaemonService({ storage, folder: join(folder, "instances"), ...options });
  const stop = async () => {
    await service.close({ timeoutMs: 500 });
    await storage.close();
  };
  onTestFinished(stop);
  await service.ready();
  return { client: new DaemonClient({ baseUrl: await listen(service), retries: 0 }), stop };
}

/** A daemon in a process of its own. */
async function startProcess(folder: string, executor: string) {
  const child = spawn(process.execPath, [beside("agents/daemon.mjs"), folder, executor], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  return { child, client: new DaemonClient({ baseUrl: line.trim(), retries: 0 }) };
}

const submit = async (client: DaemonClient, run_id: string, goal: string, more: Partial<RunRequest> = {}) =>
  await client.submitRun({ body: { run_id, input: { goal }, ...more } });

const endOf = (client: DaemonClient, run_id: string) =>
  eventually(() => client.getRunStatus({ path: { run_id } }), ended);

async function traceOf(client: DaemonClient, run_id: string): Promise<readonly TraceEvent[]> {
  const { events = [] } = await client.getRunTrace({ path: { run_id } });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  return events;
}

const words = (events: readonly TraceEvent[]) =>
  events.filter(({ type }) => type === "token").map(({ data }) => Number(data?.["text"]));

/** Words without an end, or as many as the goal says. */
const talker: Executor = async function* (input, { signal }) {
  for (let word = 0; word < Number(input.goal); word += 1) {
    signal.throwIfAborted();
    yield { type: "token", text: String(word) };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { words: Number(input.goal) };
};

describe("a daemon that was closed", () => {
  it("finds profiles, runs, results, traces and the places in its lists again", async () => {
    const folder = temporaryFolder();
    const first = await open(folder);
    const own = { runtime_profile: "own", description: "Mine.", runtime_name: "n" };
    const { runtime_profile, ...body } = own;
    await first.client.upsertRuntimeProfile({ path: { runtime_profile }, body });
    await first.client.registerInstance({ body: { runtime_api_endpoint: await listen(new RuntimeService()) } });
    const ids = ["c", "b", "a"];
    for (const id of ids) {
      await submit(first.client, id, "1 + 1");
      await endOf(first.client, id);
    }
    const kept = async (client: DaemonClient) => ({
      profiles: await client.listRuntimeProfiles(),
      status: await client.getRunStatus({ path: { run_id: "b" } }),
      result: await client.getRunResult({ path: { run_id: "b" } }),
      trace: await client.getRunTrace({ path: { run_id: "b" } }),
      runs: await client.listRuns(),
    });
    const before = await kept(first.client);
    expect(before.result.ok).toBe(true);
    const { pagination } = await first.client.listRuns({ query: { page_size: 2 } });
    await first.stop();
    const { client } = await open(folder);
    expect(await kept(client)).toEqual(before);
    const rest = await client.listRuns({ query: { page_token: String(pagination?.next_page_token) } });
    expect(rest.runs.map(({ run_id }) => run_id)).toEqual(["a"]);
    expect(await submit(client, "b", "1 + 1")).toEqual(before.status);
    await refused(submit(client, "b", "2 + 2"), 409, "conflict");
  });

  it("starts its instances again, with their ids, addresses and settings, and says so", async () => {
    const folder = temporaryFolder();
    const options = { defaultDriver: agent("moody", { allow_env: ["COLOR"] }) };
    const first = await open(folder, options);
    await first.client.upsertRuntimeProfile({ path: profile, body: { defaults: { env: { COLOR: "red" } } } });
    const { instances: before } = await first.client.createInstances({ body: { ...profile, count: 2 } });
    await first.stop();
    const { client } = await open(folder, options);
    // At once, while the instance may still be starting.
    const runtime_selector = { instance_id: String(before[1]?.instance_id) };
    await submit(client, "again", "wait", { runtime_selector });
    await endOf(client, "again");
    expect((await client.getRunResult({ path: { run_id: "again" } })).output?.["env"]).toMatchObject({ COLOR: "red" });
    const instances = async () => (await client.listInstances()).instances;
    const ready = await eventually(instances, (found) => found.every(({ state }) => state === "ready"));
    expect(ready).toEqual(before);
    const { checks = [] } = await client.health();
    expect(checks.find(({ name }) => name === "recovery")?.details).toEqual({ instances: 2, resumed: 0, failed: 0 });
  });

  it("does not start what the operator has taken the driver or the permission of", async () => {
    const folder = temporaryFolder();
    const first = await open(folder, { defaultDriver: agent("moody", { allow_env: ["COLOR"] }) });
    await first.client.upsertRuntimeProfile({ path: profile, body: { defaults: { env: { COLOR: "red" } } } });
    await first.client.createInstances({ body: profile });
    await first.stop();
    const { client } = await open(folder, { defaultDriver: agent("moody") });
    const [instance] = await eventually(
      async () => (await client.listInstances()).instances,
      ([found]) => found?.state === "error",
    );
    expect(instance?.extensions?.["agentwire.reason"]).toContain("does not allow the environment variable(s) COLOR");
  });

  it("goes on with the runs of runtimes that went on meanwhile: no event is lost, and none comes twice", async () => {
    const folder = temporaryFolder();
    const url = await listen(new RuntimeService({ executor: talker }));
    const first = await open(folder);
    await first.client.registerInstance({ body: { runtime_api_endpoint: url } });
    await submit(first.client, "registered", "80");
    await submit(first.client, "named", "80", { runtime_selector: { runtime_api_endpoint: url } });
    for (const id of ["registered", "named"])
      await eventually(
        () => traceOf(first.client, id),
        (events) => words(events).length > 10,
      );
    await first.stop();
    const { client } = await open(folder);
    for (const id of ["registered", "named"]) {
      expect(await endOf(client, id)).toMatchObject({ state: "succeeded" });
      expect(await client.getRunResult({ path: { run_id: id } })).toMatchObject({ ok: true, output: { words: 80 } });
      const events = await traceOf(client, id);
      expect(words(events)).toEqual(Array.from({ length: 80 }, (_, index) => index));
      expect(events.filter(({ type }) => type === "run.resumed")).toHaveLength(1);
    }
    const { checks = [] } = await client.health();
    expect(checks.find(({ name }) => name === "recovery")?.details).toEqual({ instances: 1, resumed: 2, failed: 0 });
  });

  it("fails the runs that their runtime does not know any more, with a retryable error", async () => {
    const folder = temporaryFolder();
    const runtime = new RuntimeService({ executor: talker });
    const url = await listen(runtime);
    const first = await open(folder);
    await first.client.registerInstance({ body: { runtime_api_endpoint: url } });
    await submit(first.client, "forgotten", "100000");
    await eventually(
      () => traceOf(first.client, "forgotten"),
      (events) => words(events).length > 0,
    );
    await first.stop();
    await runtime.close({ timeoutMs: 10 });
    const empty = new RuntimeService();
    onTestFinished(() => empty.close({ timeoutMs: 10 }));
    await empty.listen({ port: Number(new URL(url).port), signals: false });
    const { client } = await open(folder);
    expect(await endOf(client, "forgotten")).toMatchObject({ state: "failed" });
    const { error } = await client.getRunResult({ path: { run_id: "forgotten" } });
    expect(error).toMatchObject({ code: "runtime.lost", retryable: true });
  });
});

describe("a daemon that was killed (kill -9)", () => {
  it("leaves no process behind, and its next start resolves every run", async () => {
    const folder = temporaryFolder();
    const url = await listen(new RuntimeService({ executor: talker }));
    const first = await startProcess(folder, "talker");
    const { instances } = await first.client.createInstances({ body: profile });
    const runtime_selector = { instance_id: String(instances[0]?.instance_id) };
    await submit(first.client, "probe", "0", { runtime_selector });
    await endOf(first.client, "probe");
    const { pid } = (await first.client.getRunResult({ path: { run_id: "probe" } })).output as { pid: number };
    await submit(first.client, "running", "100000", { runtime_selector });
    await submit(first.client, "queued", "3", { runtime_selector });
    await submit(first.client, "outside", "300", { runtime_selector: { runtime_api_endpoint: url } });
    for (const id of ["running", "outside"]) {
      await eventually(
        () => traceOf(first.client, id),
        (events) => words(events).length > 10,
      );
    }
    const seen = await traceOf(first.client, "running");
    first.child.kill("SIGKILL");
    await eventually(
      () => isAlive(pid),
      (alive) => !alive,
    );

    const { client } = await startProcess(folder, "talker");
    expect((await client.listInstances()).instances).toMatchObject([{ ...runtime_selector, managed: true }]);
    expect(await endOf(client, "running")).toMatchObject({ state: "failed" });
    const { error } = await client.getRunResult({ path: { run_id: "running" } });
    expect(error).toMatchObject({ code: "runtime.interrupted", retryable: true });
    expect((await traceOf(client, "running")).slice(0, seen.length)).toEqual(seen);
    expect(await endOf(client, "queued")).toMatchObject({ state: "succeeded" });
    expect(await endOf(client, "outside")).toMatchObject({ state: "succeeded" });
    expect(words(await traceOf(client, "outside"))).toEqual(Array.from({ length: 300 }, (_, index) => index));
    expect((await client.listRuns()).runs.map(({ run_id }) => run_id)).toEqual([
      "probe",
      "running",
      "queued",
      "outside",
    ]);
  });

  it("fails the runs of an instance that was being deleted, and does not start it again", async () => {
    const folder = temporaryFolder();
    const first = await startProcess(folder, "endless");
    const { instances } = await first.client.createInstances({ body: profile });
    await submit(first.client, "cut", "x");
    await eventually(
      () => traceOf(first.client, "cut"),
      (events) => events.some(({ type }) => type === "step"),
    );
    const deleting = first.client.deleteInstance({ path: { instance_id: String(instances[0]?.instance_id) } });
    deleting.then(undefined, () => undefined);
    await eventually(
      async () => (await first.client.listInstances()).instances[0]?.state,
      (state) => state === "stopping",
    );
    first.child.kill("SIGKILL");
    const { client } = await startProcess(folder, "endless");
    expect((await client.listInstances()).instances).toEqual([]);
    expect((await client.getRunResult({ path: { run_id: "cut" } })).error).toMatchObject({
      code: "runtime.lost",
      retryable: true,
    });
    const { checks = [] } = await client.health();
    expect(checks.find(({ name }) => name === "recovery")?.message).toContain("1 run(s) lost");
  });
});
