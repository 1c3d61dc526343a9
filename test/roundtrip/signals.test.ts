/** The compiled packages in a process of their own, and the signals that end it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { RuntimeClient } from "@agentwire/client/runtime";
import { expect, onTestFinished, test } from "vitest";
import { failure } from "../waiting.js";
import { json, send } from "./fixtures/raw.js";

const script = fileURLToPath(new URL("fixtures/child.mjs", import.meta.url));

function start(port = 0) {
  const child = spawn(process.execPath, [script, String(port)], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  return {
    child,
    line: async () => String((await lines.next()).value),
    exit: exitOf(child).then(([code, signal]) => ({ code, signal, errors })),
  };
}

function exitOf(child: ChildProcess) {
  return new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("close", (code, signal) => resolve([code, signal]));
  });
}

test("SIGTERM lets a stream and a request end, turns others away, and then the process exits with 0", async () => {
  const { child, line, exit } = start();
  const url = await line();
  const client = new RuntimeClient({ baseUrl: url, retries: 0 });

  const events = client.streamRunEvents({ path: { run_id: "r" } }, { retries: 0 })[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject({ seq: 0 });
  const creating = send(url, "/v1/runs", json({ run_id: "slow", input: { goal: "x" } }));
  expect(await line()).toBe("creating");

  child.kill("SIGTERM");
  expect((await events.next()).value).toMatchObject({ seq: 1, type: "final" });
  expect(await events.next()).toEqual({ done: true, value: undefined });
  const { status, text } = await creating;
  expect([status, JSON.parse(text)]).toEqual([200, { run_id: "slow", state: "queued" }]);

  expect(await exit).toEqual({ code: 0, signal: null, errors: "" });
  expect(await failure(client.health())).toMatchObject({ name: "ConnectionError" });
});

test("SIGTERM ends a process with nothing to do", async () => {
  const { child, line, exit } = start();
  await line();
  child.kill("SIGTERM");
  expect(await exit).toEqual({ code: 0, signal: null, errors: "" });
});

test("a port in use is said in one line", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void holder.close());
  const address = holder.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { exit } = start(port);
  expect(await exit).toEqual({
    code: 1,
    signal: null,
    errors: `port ${port} on 127.0.0.1 is in use: stop what uses it, or choose another port\n`,
  });
});
