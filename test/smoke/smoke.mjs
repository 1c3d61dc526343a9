// Runs in a project that has only the packed packages: generate, import, serve, call, stream.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { RuntimeClient } from "@agentwire/client";
import { Problem } from "@agentwire/kit/server";
import { service as daemon } from "@agentwire/models/daemon";
import { isRunStatus } from "@agentwire/models/runtime/validators";
import { RuntimeServer } from "@agentwire/server/runtime";

function agentwire(...args) {
  const result = spawnSync(process.execPath, ["node_modules/agentwire/bin/agentwire.js", ...args], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}

// A contract of one's own, with the kit from the registry and with the kit copied in.
for (const [out, ...flags] of [["api"], ["api-standalone", "--standalone"]]) {
  rmSync(out, { recursive: true, force: true });
  agentwire("generate", "--spec", "note-book.yaml", "--out", out, ...flags);
  const { NoteBookClient, NoteBookServer } = await import(new URL(`./${out}/index.js`, import.meta.url).href);
  class Notes extends NoteBookServer {
    async getNote({ path }) {
      return { id: path.id, text: "remember the milk" };
    }
    async *watchNotes() {
      yield { id: "1", text: "one" };
      yield { id: "2", text: "two" };
    }
  }
  const listening = await new Notes().listen();
  const client = new NoteBookClient({ baseUrl: listening.url });
  assert.deepEqual(await client.getNote({ path: { id: "a/b:c" } }), { id: "a/b:c", text: "remember the milk" });
  const seen = [];
  for await (const note of client.watchNotes()) seen.push(note.text);
  assert.deepEqual(seen, ["one", "two"]);
  await listening.close();
}

// The published packages.
class Runtime extends RuntimeServer {
  async createRun({ body }) {
    return { run_id: body.run_id ?? "run_1", state: "queued" };
  }
  async getRunStatus({ path }) {
    throw new Problem("not_found", `no run ${path.run_id}`);
  }
  async getRunResult({ path }) {
    return { run_id: path.run_id, ok: true };
  }
  async *streamRunEvents({ path }) {
    for (const seq of [0, 1]) {
      yield { run_id: path.run_id, seq, type: seq === 1 ? "final" : "step", time: "2026-01-01T00:00:00Z" };
    }
  }
}
const listening = await new Runtime().listen();
const runtime = new RuntimeClient({ baseUrl: listening.url });
const status = await runtime.createRun({ body: { input: { goal: "smoke" } } });
assert.ok(isRunStatus(status));
await assert.rejects(runtime.getRunStatus({ path: { run_id: "x" } }), {
  name: "NotFoundError",
  status: 404,
  code: "not_found",
});
// A call that is given up is given up on the wire too: what Node's `fetch` is asked for differs from version to version.
const given = createServer((request, response) => {
  if (request.url.endsWith("/known"))
    response.setHeader("content-type", "application/json").end(JSON.stringify({ run_id: "known", state: "running" }));
});
given.listen(0, "127.0.0.1");
await once(given, "listening");
const patient = new RuntimeClient({ baseUrl: `http://127.0.0.1:${given.address().port}`, timeoutMs: 200, retries: 0 });
assert.equal((await patient.getRunStatus({ path: { run_id: "known" } })).state, "running");
const request = once(given, "request");
const late = assert.rejects(patient.getRunStatus({ path: { run_id: "unknown" } }), { name: "TimeoutError" });
const [, response] = await request;
await Promise.all([late, once(response, "close", { signal: AbortSignal.timeout(20_000) })]);
given.close();
const events = [];
for await (const event of runtime.streamRunEvents({ path: { run_id: "run_1" } })) events.push(event.seq);
assert.deepEqual(events, [0, 1]);
await listening.close();
assert.equal(Object.keys(daemon.operations).length, 14);
// The stack, on a file, with a run that it does twice over: once asked, once found again after a restart.
for (const round of ["first", "again"]) {
  const up = spawn(process.execPath, [
    "node_modules/agentwire/bin/agentwire.js",
    "up",
    "--data",
    "kept",
    "--port-base",
    "0",
    "--json",
  ]);
  let text = "";
  for await (const chunk of up.stdout.setEncoding("utf8")) {
    text += chunk;
    if (text.includes('"the stack is up"')) break;
  }
  const { urls } = JSON.parse(text.split("\n").find((line) => line.includes('"the stack is up"')));
  const run = agentwire(
    "run",
    "What is 6 * 7?",
    "--run-id",
    `smoke-${process.version}`,
    "--follow",
    "--url",
    urls.runtime,
  );
  assert.match(run, /6 \* 7 = 42/, round);
  up.kill("SIGTERM");
  const [code] = await once(up, "exit");
  assert.equal(code, 0);
}

// A network in the background, with a crash between what was said and the reading of it.
process.env.AGENTWIRE_STATE_DIR = join(process.cwd(), "networks", process.version);
agentwire("network", "start", "--port", "0");
try {
  agentwire("agent", "register", "@smoke.test");
  const session = agentwire("session", "create", "--as", "@smoke.test", "--message", "kept").trim();
  const operator = join(process.env.AGENTWIRE_STATE_DIR, "networks/default/operator.pid");
  process.kill(Number(readFileSync(operator, "utf8")), "SIGKILL");
  assert.match(agentwire("session", "events", session, "--as", "@smoke.test"), /#1 @smoke\.test: kept/);
} finally {
  agentwire("network", "stop");
}

console.log(`smoke passed on Node ${process.version}`);
