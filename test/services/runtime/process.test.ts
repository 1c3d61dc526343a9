/** Programs as agents: real child processes, which work, fail, flood, hang, and never outlive their run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { RuntimeClient } from "@agentwire/client/runtime";
import type { RunEvent, RunRequest } from "@agentwire/models/runtime";
import { describe, expect, it } from "vitest";
import { executorOf } from "../../../services/src/runtime/executors/configured.js";
import { type ProcessOptions, processExecutor } from "../../../services/src/runtime/executors/process/process.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { collect, eventually, serve } from "../support.js";

const AGENT = fileURLToPath(new URL("agents/echo.mjs", import.meta.url));

/** The lines that a runtime logs. */
class Log {
  readonly lines: string[] = [];
  readonly #take = (fields: object, message?: string): void =>
    void this.lines.push(JSON.stringify({ ...fields, message }));
  debug = this.#take;
  info = this.#take;
  warn = this.#take;
  error = this.#take;
  child = (): Log => this;
}

async function start(options: Partial<ProcessOptions> = {}, logger: Log = new Log()): Promise<RuntimeClient> {
  const executor = processExecutor({ command: process.execPath, args: [AGENT], graceMs: 200, ...options });
  return new RuntimeClient(await serve(new RuntimeService({ executor, logger })));
}

it.each(["please", "fail"])("a secret that the agent was given shows nowhere (%s)", async (word) => {
  const env = { AGENT_KEY: { env: "THE_KEY" }, AGENT_FOLDER: { env: "THE_FOLDER" } };
  const config = { kind: "process", command: process.execPath, args: [AGENT], env } as const;
  const environment = { THE_KEY: "hunter2-hunter2", THE_FOLDER: "/srv/data" };
  const log = new Log();
  const executor = await executorOf(config, { environment });
  const client = new RuntimeClient(await serve(new RuntimeService({ executor, logger: log })));
  const { events, result } = await finish(client, "tell", { input: { goal: "tell", context: { word } } });
  const said = JSON.stringify([events, result, log.lines]);
  expect(result.ok).toBe(word === "please");
  expect(said).not.toContain("hunter2");
  for (const part of ["I was given [secret]", "It is [secret], kept in /srv/data.", '"[secret]":["[secret]"]']) {
    expect(said.replaceAll("\\", "")).toContain(part);
  }
});

async function finish(client: RuntimeClient, goal: string, more: Partial<RunRequest> = {}) {
  const { run_id } = await client.createRun({ body: { input: { goal, context: { word: "please" } }, ...more } });
  const events = await collect(client.streamRunEvents({ path: { run_id } }));
  return { run_id, events, result: await client.getRunResult({ path: { run_id } }) };
}

function isAlive(pid: unknown): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

const step = (events: readonly RunEvent[]) => events.find(({ type }) => type === "step");

describe("a program as an agent", () => {
  it("gets the goal on stdin, and its events, usage, artifacts and output are the run's; stderr goes to the log", async () => {
    const log = new Log();
    process.env["TOP_SECRET"] = "do not tell";
    const client = await start({}, log);
    const { run_id, events, result } = await finish(client, "work", { limits: { max_steps: 3 } });
    delete process.env["TOP_SECRET"];
    expect(events.map(({ type }) => type)).toEqual(["step", "token", "tool_call", "tool_result", "final"]);
    expect(result).toMatchObject({
      ok: true,
      output: { run_id, limits: { max_steps: 3 }, tools: 0, secret: "none" },
      artifacts: [{ type: "file", id: "f1", uri: "file:///tmp/f1" }],
      usage: { prompt_tokens: 12, steps: 1, tokens: 1, tool_calls: 1 },
    });
    expect(log.lines.join("\n")).toContain("working, with the word please");
  });

  it("may write plain text, which is its answer", async () => {
    const { events, result } = await finish(await start(), "prose");
    expect(events.map(({ data }) => data?.["text"])).toEqual(["one line\n", "another {line}\n", "no end\n", undefined]);
    expect(result.output).toEqual({ text: "one line\nanother {line}\nno end" });
  });

  it.each([
    ["crash", "process.failed", /ended with code 3/],
    ["report", "agent.tired", /I am tired/],
    ["nonsense", "process.protocol", /means nothing.*dance/],
    ["line", "process.output", /more than 1048576 bytes/],
    ["flood", "process.output", /more than 5000000 bytes/],
  ])("that does %s fails the run with %s", async (goal, code, message) => {
    const { result } = await finish(await start({ maxOutputBytes: 5_000_000 }), goal);
    expect(result).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(message) } });
  });

  it("that cannot be started fails the run, and says which", async () => {
    const { result } = await finish(await start({ command: "no-such-program" }), "work");
    expect(result.error).toMatchObject({ code: "process.failed", message: expect.stringContaining("no-such-program") });
  });

  it.each(["cancel", "timeout"])("is killed on %s, with the children that it has", async (way) => {
    const client = await start();
    const limits = way === "timeout" ? { limits: { timeout_ms: 1500 } } : {};
    const { run_id } = await client.createRun({ body: { input: { goal: "hang" }, ...limits } });
    const events: RunEvent[] = [];
    for await (const event of client.streamRunEvents({ path: { run_id } })) {
      events.push(event);
      if (event.type === "step" && way === "cancel") await client.cancelRun({ path: { run_id } });
    }
    const { pid, child } = step(events)?.data ?? {};
    expect(pid).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ data: { state: way === "cancel" ? "canceled" : "failed" } });
    await eventually(
      () => [isAlive(pid), isAlive(child)].filter(Boolean).length,
      (left) => left === 0,
    );
  });

  it("ends when the runtime is killed with -9", async () => {
    const script = fileURLToPath(new URL("agents/runtime.mjs", import.meta.url));
    const runtime = spawn(process.execPath, [script, AGENT], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(runtime.stdout.setEncoding("utf8"), "data")) as [string];
    const client = new RuntimeClient({ baseUrl: line.trim(), retries: 0 });
    const { run_id } = await client.createRun({ body: { input: { goal: "hang" } } });
    const first = await client.streamRunEvents({ path: { run_id } })[Symbol.asyncIterator]().next();
    const { pid, child } = (first.value as RunEvent).data ?? {};
    expect([isAlive(pid), isAlive(child)]).toEqual([true, true]);
    runtime.kill("SIGKILL");
    await eventually(
      () => [isAlive(pid), isAlive(child)].filter(Boolean).length,
      (left) => left === 0,
    );
  });
});
