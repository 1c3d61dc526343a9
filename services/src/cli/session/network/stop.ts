import { setTimeout as delay } from "node:timers/promises";
import pc from "picocolors";
import { takeLock } from "../../../session/operator/lock.js";
import { networkPlaces, stateRoot } from "../../../session/operator/places.js";
import { Registry } from "../../../session/operator/registry.js";
import { removeTraces } from "../../../session/operator/traces.js";
import { messageOf } from "../../../shared/signals.js";
import { exitCodes } from "../../host.js";
import { printable } from "../../logger.js";
import { printJson } from "../../remote.js";
import { Failure, misuse, reported } from "../failure.js";
import { findNetwork, isSupervised, networkNamed } from "../networks.js";
import { wholeNumber } from "../numbers.js";

const DEFAULT_TIMEOUT_S = 10;
const POLL_MS = 50;
/** A killed process is gone as soon as the system comes to it. */
const KILL_TIMEOUT_MS = 10_000;

export interface StopOptions {
  readonly all?: boolean;
  readonly force?: boolean;
  readonly timeout?: string;
  readonly json?: boolean;
}

type Kind = "stopped" | "stale" | "force-killed" | "missing";

interface Result {
  readonly name: string;
  readonly outcome: { readonly kind: Kind };
}

const words: Readonly<Record<Kind, string>> = {
  stopped: "is stopped",
  stale: "was not running any more; what it left is removed",
  "force-killed": "did not stop in time, and was killed",
  missing: "is not running",
};

/** `agentwire network stop`. */
export function stopNetworks(given: string | undefined, options: StopOptions): Promise<number> {
  return reported(options.json, async () => {
    const { all, force = false, timeout, json } = options;
    if (all && given !== undefined) throw misuse("--all stops every network: leave out the name");
    const root = stateRoot();
    const seconds = timeout === undefined ? DEFAULT_TIMEOUT_S : wholeNumber(timeout, "--timeout", [0, 3600]);
    const names = all ? new Registry(root).list().map(({ name }) => name) : [networkNamed(given)];
    const results: Result[] = [];
    const errors: { readonly name: string; readonly message: string }[] = [];
    for (const name of names) {
      try {
        const kind = await stopOne(root, name, { force, timeoutMs: seconds * 1000 });
        results.push({ name, outcome: { kind } });
        if (!json) process.stdout.write(`The network "${name}" ${words[kind]}.\n`);
      } catch (error) {
        errors.push({ name, message: messageOf(error) });
        if (!json) process.stderr.write(`${pc.red("error")} ${printable(messageOf(error))}\n`);
      }
    }
    if (json) printJson({ results, errors });
    else if (names.length === 0) process.stdout.write("No network is running.\n");
    return errors.length > 0 || results.some(({ outcome }) => outcome.kind === "missing")
      ? exitCodes.failed
      : exitCodes.ok;
  });
}

async function stopOne(
  root: string,
  name: string,
  { force, timeoutMs }: { readonly force: boolean; readonly timeoutMs: number },
): Promise<Kind> {
  const entry = findNetwork(root, name);
  const runs = isSupervised(root, name);
  if (!entry) {
    if (runs) throw new Failure("starting", `the network "${name}" is just being started: try again`);
    return "missing";
  }
  if (!runs && clean(root, name)) return "stale";
  kill(entry.pid, "SIGTERM");
  if (await ended(root, name, timeoutMs)) return "stopped";
  if (!force) {
    throw new Failure(
      "timeout",
      `the network "${name}" has not stopped within ${timeoutMs / 1000} s; --force kills it`,
    );
  }
  // Its operator ends with it, and whatever that has started.
  kill(entry.pid, "SIGKILL");
  if (!(await ended(root, name, KILL_TIMEOUT_MS))) {
    throw new Failure("timeout", `the network "${name}" (pid ${entry.pid}) is still there after it was killed`);
  }
  clean(root, name);
  return "force-killed";
}

async function ended(root: string, name: string, timeoutMs: number): Promise<boolean> {
  for (const late = Date.now() + timeoutMs; isSupervised(root, name); await delay(POLL_MS)) {
    if (Date.now() > late) return false;
  }
  return true;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Removes what a network leaves that could not do so itself. False when somebody has started it meanwhile. */
function clean(root: string, name: string): boolean {
  const lock = takeLock(networkPlaces(root, name).lock);
  if (!lock) return false;
  try {
    removeTraces(root, name);
  } finally {
    lock.release();
  }
  return true;
}
