// What the daemon adds to a call: the status of a run, asked of the daemon and of the runtime.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import { inFolder, median, rounded } from "./lib.mjs";

const CALLS = 2000;
const ROUNDS = 5;

export function proxy({ log }) {
  return inFolder(async (folder) => {
    const stack = await startStack(folder);
    const daemon = new DaemonClient({ baseUrl: stack.urls.daemon });
    const runtime = new RuntimeClient({ baseUrl: stack.urls.runtime });
    const { run_id } = await daemon.submitRun({ body: { input: { goal: "What is 6 * 7?" } } });
    const path = { run_id };
    while ((await daemon.getRunStatus({ path })).ended_at === undefined);
    const calls = {
      direct: () => runtime.getRunStatus({ path }),
      proxied: () => daemon.getRunStatus({ path }),
    };
    const rounds = [];
    for (const call of Object.values(calls)) await timed(call);
    for (let round = 1; round <= ROUNDS; round += 1) {
      rounds.push({ direct: await timed(calls.direct), proxied: await timed(calls.proxied) });
      log(`round ${round} of ${ROUNDS}`);
    }
    stack.process.kill("SIGTERM");
    await once(stack.process, "exit");
    const of = (pick) => median(rounds.map(pick));
    return [
      {
        what: "status of a run",
        subject: "asked of the runtime",
        value: rounded(
          of(({ direct }) => direct),
          0,
        ),
        unit: "µs",
      },
      {
        what: "status of a run",
        subject: "asked of the daemon",
        value: rounded(
          of(({ proxied }) => proxied),
          0,
        ),
        unit: "µs",
      },
      {
        what: "daemon against runtime",
        subject: "status",
        value: rounded(of(({ direct, proxied }) => proxied / direct)),
        unit: "x",
        target: "<= 1.5",
      },
    ];
  });
}

async function timed(call) {
  const times = [];
  for (let index = 0; index < CALLS; index += 1) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return median(times) * 1000;
}

/** `agentwire up` on free ports, once it says that it is up. */
export async function startStack(folder) {
  const cli = fileURLToPath(new URL("../../generator/bin/agentwire.js", import.meta.url));
  const child = spawn(process.execPath, [cli, "up", "--data", folder, "--port-base", "0", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: folder,
    env: { ...process.env, LOG_LEVEL: "info" },
  });
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    text += chunk;
    const line = text.split("\n").find((one) => one.includes('"the stack is up"'));
    if (line) return { process: child, urls: JSON.parse(line).urls };
  }
  throw new Error(`agentwire up ended: ${text}`);
}

/** Kilobytes of memory that a process and its children hold. */
export function residentKilobytes(pid) {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,rss="], { encoding: "utf8" }).trim().split("\n");
  const rows = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const total = (id) =>
    rows.filter(([own]) => own === id).reduce((sum, [, , rss]) => sum + rss, 0) +
    rows.filter(([, parent]) => parent === id).reduce((sum, [own]) => sum + total(own), 0);
  return total(pid);
}
