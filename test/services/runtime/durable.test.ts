/** Runs that outlive the process: a runtime on a file, closed, killed and started again. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { RuntimeClient } from "@agentwire/client/runtime";
import type { RunEvent } from "@agentwire/models/runtime";
import { afterAll, expect, it, onTestFinished } from "vitest";
import type { Executor } from "../../../services/src/runtime/executor.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { openSqlite } from "../../../services/src/storage/sqlite/storage.js";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";
import { collect, eventually, listen, refused } from "../support.js";

afterAll(cleanUp);

const speaker: Executor = async function* (input) {
  for (const word of input.goal.split(" ")) yield { type: "token", text: word };
  return { words: input.goal.split(" ").length };
};

const endless: Executor = async function* (_, { signal }) {
  yield { type: "step", data: { name: "begin" } };
  await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  return {};
};

/** A runtime on a file, until the test is over or `stop` is called. */
async function start(path: string, executor: Executor, maxConcurrentRuns = 8) {
  const storage = await openSqlite(path);
  const service = new RuntimeService({ storage, executor, maxConcurrentRuns });
  const client = new RuntimeClient({ baseUrl: await listen(service), retries: 0 });
  const stop = async () => {
    await service.close({ timeoutMs: 500 });
    await storage.close();
  };
  onTestFinished(stop);
  return { client, stop };
}

it("keeps status, result and every event of a run that has ended", async () => {
  const path = join(temporaryFolder(), "runtime.db");
  const first = await start(path, speaker);
  const body = { run_id: "kept", input: { goal: "one two three" } };
  await first.client.createRun({ body });
  const events = await collect(first.client.streamRunEvents({ path: { run_id: "kept" } }));
  const status = await first.client.getRunStatus({ path: { run_id: "kept" } });
  const result = await first.client.getRunResult({ path: { run_id: "kept" } });
  await first.stop();
  const { client } = await start(path, endless);
  expect(await client.getRunStatus({ path: { run_id: "kept" } })).toEqual(status);
  expect(await client.getRunResult({ path: { run_id: "kept" } })).toEqual(result);
  expect(await collect(client.streamRunEvents({ path: { run_id: "kept" } }))).toEqual(events);
  expect(await collect(client.streamRunEvents({ path: { run_id: "kept" } }, { after: "1" }))).toEqual(events.slice(2));
  expect(await client.createRun({ body })).toEqual(status);
  expect(await client.cancelRun({ path: { run_id: "kept" } })).toEqual(status);
  await refused(client.createRun({ body: { ...body, input: { goal: "another" } } }), 409, "conflict");
});

it("fails what was running when it was shut down, with a retryable error, and goes on with what was queued", async () => {
  const path = join(temporaryFolder(), "runtime.db");
  const first = await start(path, endless, 1);
  for (const run_id of ["running", "queued"])
    await first.client.createRun({ body: { run_id, input: { goal: "a b" } } });
  await eventually(
    () => first.client.getRunStatus({ path: { run_id: "running" } }),
    ({ state }) => state === "running",
  );
  await first.stop();
  const { client } = await start(path, speaker);
  expect(await client.getRunStatus({ path: { run_id: "running" } })).toMatchObject({ state: "failed" });
  const { ok, error } = await client.getRunResult({ path: { run_id: "running" } });
  expect({ ok, error }).toMatchObject({ ok: false, error: { code: "runtime.interrupted", retryable: true } });
  const events = await collect(client.streamRunEvents({ path: { run_id: "queued" } }));
  expect(events.map(({ type }) => type)).toEqual(["token", "token", "final"]);
});

it("kill -9: no run is left running, and every event that a reader has seen is there, with one end after it", async () => {
  const path = join(temporaryFolder(), "runtime.db");
  const script = fileURLToPath(new URL("talker.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  const before = new RuntimeClient({ baseUrl: line.trim(), retries: 0 });
  const ids = ["a", "b", "c"];
  for (const run_id of ids) await before.createRun({ body: { run_id, input: { goal: "talk" } } });
  const seen = new Map<string, RunEvent[]>(ids.map((id) => [id, []]));
  const readers = ids.map(async (run_id) => {
    for await (const event of before.streamRunEvents({ path: { run_id } }, { retries: 0 }))
      seen.get(run_id)?.push(event);
  });
  await eventually(
    () => [...seen.values()].map(({ length }) => length),
    (lengths) => lengths.every((length) => length > 20),
  );
  child.kill("SIGKILL");
  await Promise.allSettled(readers);
  await wait(10);
  const { client } = await start(path, speaker);
  for (const run_id of ids) {
    expect(await client.getRunStatus({ path: { run_id } })).toMatchObject({ state: "failed" });
    const events = await collect(client.streamRunEvents({ path: { run_id } }));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    const before = seen.get(run_id) ?? [];
    expect(events.slice(0, before.length)).toEqual(before);
    expect(events.filter(({ type }) => type === "error").length).toBe(1);
    expect(events.at(-1)).toMatchObject({ data: { error: { code: "runtime.interrupted", retryable: true } } });
  }
});
