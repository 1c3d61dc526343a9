import { execFile, fork } from "node:child_process";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

export const agentwire = fileURLToPath(new URL("../../generator/bin/agentwire.js", import.meta.url));
const TIMEOUT_MS = 120_000;
const HEAP_MB = 6144;

/** Generates everything for a contract. Gives the exit code, the problems, and what was said of unreachable operations. */
export function generate(job) {
  const started = performance.now();
  const args = [agentwire, "generate", "--spec", job.path, "--out", job.out, "--name", "stranger", "--json"];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: TIMEOUT_MS, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      const { diagnostics = [] } = parsed(stdout) ?? {};
      resolve({
        ...job,
        code: error ? (error.code ?? error.signal) : 0,
        seconds: (performance.now() - started) / 1000,
        problems: diagnostics.filter(({ severity }) => severity === "error"),
        unreachable: diagnostics.filter(isUnreachable).map(({ pointer }) => pointer),
        said: stderr.slice(0, 500),
      });
    });
  });
}

/** Operations that no client or server of ours can serve; it is said of each. */
function isUnreachable({ message }) {
  return /^(no request reaches|nothing stands between|fetch sends no)/.test(message);
}

/** Runs a script of this folder in a process of its own. It is sent what to do, and answers with one message. */
export function forked(script, batch, options = {}) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), {
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.once("message", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${script} ended with exit code ${code}`)));
    child.send({ batch, options });
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
