import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

/** How often memory is looked at; what a process takes in its last moments can be missed. */
const SAMPLE_MS = 15;
/** Linux counts processor time in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;
/** How much of what a program says is kept. */
const OUTPUT_LENGTH = 4000;

/**
 * Runs a program to its end, or to `timeout` (ms). Gives wall and processor time (s), the peak of its memory (MB), the
 * exit code or the signal that ended it, whether it was stopped, and the end of what it said. Processes that it starts count: the peak is of the
 * sum of all that are alive. Processor time and memory come from /proc and are undefined where there is none.
 */
export async function measure(command, args, { cwd, timeout }) {
  const before = processorTimeOfChildren();
  const started = performance.now();
  // A group of its own, so that everything it started can be stopped with it.
  const child = spawn(command, args, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      said = (said + text).slice(-OUTPUT_LENGTH);
    });
  let peak = 0;
  const sampler = setInterval(() => {
    peak = Math.max(peak, memoryOfTree(child.pid));
  }, SAMPLE_MS);
  let stopped = false;
  const limit = setTimeout(() => {
    stopped = true;
    process.kill(-child.pid, "SIGKILL");
  }, timeout);
  const code = await new Promise((resolve) => {
    child.on("error", (error) => {
      said += error.message;
      resolve(null);
    });
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  clearInterval(sampler);
  clearTimeout(limit);
  const after = processorTimeOfChildren();
  return {
    wall: (performance.now() - started) / 1000,
    cpu: before === undefined || after === undefined ? undefined : after - before,
    memory: peak === 0 ? undefined : peak / 1024,
    code,
    stopped,
    said,
  };
}

/** Seconds that ended children of this process used, and theirs in turn. */
function processorTimeOfChildren() {
  const stat = readProc("self/stat");
  if (stat === undefined) return undefined;
  // The name in parentheses may hold spaces; the fields after it are counted from the third.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Peak memory, in kB, of each living process of a tree, added up. */
function memoryOfTree(root) {
  let sum = 0;
  const pending = [root];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    const status = readProc(`${pid}/status`);
    if (status === undefined) continue;
    sum += Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    for (const thread of threadsOf(pid))
      pending.push(...(readProc(`${pid}/task/${thread}/children`) ?? "").split(" ").filter((one) => one !== ""));
  }
  return sum;
}

function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** A file of /proc, or undefined where there is none, or no longer. */
function readProc(path) {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return undefined;
  }
}
