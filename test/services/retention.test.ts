/** How long runs are kept: at the runtime with their events, at the daemon with their traces. */
import { join } from "node:path";
import { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { DaemonService } from "../../services/src/daemon/service.js";
import type { Executor } from "../../services/src/runtime/executor.js";
import { RuntimeService } from "../../services/src/runtime/service.js";
import { startStack } from "../../services/src/stack.js";
import type { Retention } from "../../services/src/storage/pruner.js";
import { openSqlite } from "../../services/src/storage/sqlite/storage.js";
import type { Storage } from "../../services/src/storage/storage.js";
import { cleanUp, temporaryFolder } from "../generator/tool.js";
import { collect, listen, refused, serve } from "./support.js";

afterAll(cleanUp);

const DAY_MS = 24 * 60 * 60 * 1000;
const patience = { timeout: 20_000 };

const counter: Executor = async function* (input) {
  const count = Number(input.goal);
  for (let word = 0; word < count; word += 1) yield { type: "token", text: "x" };
  return {};
};

async function stored(path: string): Promise<Storage> {
  const storage = await openSqlite(path);
  onTestFinished(() => storage.close());
  return storage;
}

async function runtime(storage: Storage, retention: Retention | undefined) {
  const service = new RuntimeService({ storage, executor: counter, ...(retention ? { retention } : {}) });
  const client = new RuntimeClient({ ...(await serve(service)), retries: 0 });
  const run = async (run_id: string, events = 1) => {
    await client.createRun({ body: { run_id, input: { goal: String(events) } } });
    await collect(client.streamRunEvents({ path: { run_id } }));
  };
  const kept = async (...ids: string[]) => {
    const found = await Promise.allSettled(ids.map((run_id) => client.getRunStatus({ path: { run_id } })));
    return ids.filter((_, index) => found[index]?.status === "fulfilled");
  };
  return { service, client, run, kept };
}

describe("a runtime", () => {
  it("keeps so many runs, the last ones, whole; those before are gone with their events", patience, async () => {
    const storage = await stored(join(temporaryFolder(), "runtime.db"));
    const { client, run, kept } = await runtime(storage, { runs: 2, graceSeconds: 0 });
    const ids = ["a", "b", "c", "d", "e"];
    for (const id of ids) await run(id, id === "b" ? 6000 : 3);
    await expect.poll(() => kept(...ids), patience).toEqual(["d", "e"]);
    await expect.poll(() => storage.length("run/b"), patience).toBe(0);
    expect(await storage.events("run/a", 0, 10)).toEqual([]);
    expect((await collect(client.streamRunEvents({ path: { run_id: "d" } }))).length).toBe(4);
    await refused(client.getRunResult({ path: { run_id: "a" } }), 404, "not_found");
    // The id is free again, and nothing of the run before shows.
    await run("b", 1);
    const events = await collect(client.streamRunEvents({ path: { run_id: "b" } }));
    expect(events.map(({ seq, type }) => [seq, type])).toEqual([
      [0, "token"],
      [1, "final"],
    ]);
  });

  it("keeps runs for so long; what was kept by a process before this one counts too", patience, async () => {
    const path = join(temporaryFolder(), "runtime.db");
    const first = await openSqlite(path);
    const before = await runtime(first, undefined);
    for (const id of ["old", "older"]) await before.run(id, 2);
    await before.service.close();
    await first.close();
    const storage = await stored(path);
    const { client, kept } = await runtime(storage, { days: 1 / DAY_MS, graceSeconds: 0 });
    await expect.poll(() => kept("old", "older"), patience).toEqual([]);
    await expect.poll(() => storage.length("run/old"), patience).toBe(0);
    await client.createRun({ body: { run_id: "old", input: { goal: "1" } } });
  });

  it("touches no run that is under way, none that has just ended, and none without a limit", patience, async () => {
    const storage = await stored(join(temporaryFolder(), "runtime.db"));
    const { run, kept, service } = await runtime(storage, { runs: 0 });
    await run("just");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await kept("just")).toEqual(["just"]);
    await service.close();
    const endless: Executor = async function* (_, { signal }) {
      yield { type: "step", data: {} };
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      return {};
    };
    const options = { storage, executor: endless, retention: { runs: 0, graceSeconds: 0 } };
    const client = new RuntimeClient({ ...(await serve(new RuntimeService(options))), retries: 0 });
    await client.createRun({ body: { run_id: "long", input: { goal: "x" } } });
    await refusedSoon(() => client.getRunStatus({ path: { run_id: "just" } }));
    expect((await client.getRunStatus({ path: { run_id: "long" } })).state).toBe("running");
  });

  it("goes on with what was being removed when it ended", patience, async () => {
    const path = join(temporaryFolder(), "runtime.db");
    const left = await openSqlite(path);
    const append = Array.from({ length: 9000 }, (_, seq) => ({ stream: "run/left", seq, event: { seq } }));
    const put = [{ collection: "expired-run", id: "left", body: {} }];
    await left.commit({ append, put });
    await left.close();
    const storage = await stored(path);
    const { client } = await runtime(storage, { days: 1 });
    await refused(client.createRun({ body: { run_id: "left", input: { goal: "1" } } }), 503, "unavailable");
    await expect.poll(() => storage.length("run/left"), patience).toBe(0);
    await expect.poll(() => storage.get("expired-run", "left"), patience).toBeUndefined();
    await client.createRun({ body: { run_id: "left", input: { goal: "1" } } });
  });
});

it("a daemon keeps so many runs, with their traces", patience, async () => {
  const storage = await stored(join(temporaryFolder(), "daemon.db"));
  const runtime_api_endpoint = await listen(new RuntimeService({ executor: counter }));
  const daemon = new DaemonService({ storage, retention: { runs: 1, graceSeconds: 0 } });
  const client = new DaemonClient({ ...(await serve(daemon)), retries: 0 });
  for (const run_id of ["a", "b", "c"]) {
    const body = { run_id, input: { goal: "2" }, runtime_selector: { runtime_api_endpoint } };
    await client.submitRun({ body });
    const state = async () => (await client.getRunStatus({ path: { run_id } })).state;
    await expect.poll(state, patience).toBe("succeeded");
  }
  const listed = async () => (await client.listRuns()).runs.map(({ run_id }) => run_id);
  await expect.poll(listed, patience).toEqual(["c"]);
  await refused(client.getRunTrace({ path: { run_id: "a" } }), 404, "not_found");
  await expect.poll(() => storage.length("trace/a"), patience).toBe(0);
  expect((await client.getRunTrace({ path: { run_id: "c" } })).events?.length).toBeGreaterThan(5);
});

it("the stack's configuration holds for its runtime and its daemon", patience, async () => {
  const ports = { runtime: 0, "tool-registry": 0, daemon: 0, session: 0 };
  const services = ["runtime", "daemon"] as const;
  const retention = { runs: 0, grace_seconds: 0 };
  const stack = await startStack({ ports, services, retention }, { logger: false });
  onTestFinished(() => stack.close());
  const daemon = new DaemonClient({ baseUrl: String(stack.urls.daemon), retries: 0 });
  const path = { run_id: "short" };
  await daemon.submitRun({ body: { ...path, input: { goal: "1 + 1" }, tool_policy: { allow_tool_ids: [] } } });
  await refusedSoon(() => daemon.getRunStatus({ path }));
  const runtime = new RuntimeClient({ baseUrl: String(stack.urls.runtime), retries: 0 });
  await refusedSoon(() => runtime.getRunStatus({ path }));
});

/** Waits until a run is not found any more. */
async function refusedSoon(ask: () => PromiseLike<unknown>): Promise<void> {
  const status = () =>
    Promise.resolve(ask()).then(
      () => 200,
      (error: { status?: number }) => error.status,
    );
  await expect.poll(status, patience).toBe(404);
}
