import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Starts a script of this folder; it says what it has to say as messages. */
export function child(script, ...args) {
  return childWith([], script, ...args);
}

/** The same with options for node. */
export async function childWith(execArgv, script, ...args) {
  const started = fork(fileURLToPath(new URL(script, import.meta.url)), args.map(String), { execArgv });
  const [first] = await once(started, "message");
  return { process: started, first };
}

/** Asks a child, and waits for its answer. */
export async function ask({ process }, question) {
  process.send(question);
  const [answer] = await once(process, "message");
  return answer;
}

/** A folder for the time of the work. */
export async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "agentwire-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

export const median = (values) => quantile(values, 0.5);
export const rounded = (value, digits = 2) => Number(value.toFixed(digits));
