import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { urlOf } from "../../../session/operator/address.js";
import { makePrivateFolder } from "../../../session/operator/files.js";
import { AlreadyRunningError, type NetworkSettings, runNetwork } from "../../../session/operator/network.js";
import { networkPlaces, stateRoot } from "../../../session/operator/places.js";
import type { NetworkEntry } from "../../../session/operator/registry.js";
import type { StartReport } from "../../../session/operator/supervise.js";
import { basicEnvironment } from "../../../shared/child.js";
import { messageOf } from "../../../shared/signals.js";
import { Failure, reported } from "../failure.js";
import { networkNamed } from "../networks.js";
import { wholeNumber } from "../numbers.js";
import { say } from "../say.js";
import { logLine } from "./log-line.js";

/** The supervisor, by its name in the package, as a process of its own. */
const ENTRY = createRequire(import.meta.url).resolve("#network-supervisor");
const DEFAULT_PORT = 8723;
const DEFAULT_HOST = "127.0.0.1";

export interface StartOptions {
  readonly network?: string;
  readonly port?: string;
  readonly host?: string;
  /** Seconds. */
  readonly grace?: string;
  readonly foreground?: boolean;
  readonly json?: boolean;
}

/** `agentwire network start`: returns when the network can be used. In the foreground it returns when it has ended. */
export function startNetwork(options: StartOptions): Promise<number> {
  return reported(options.json, async () => {
    const settings = {
      root: stateRoot(),
      name: networkNamed(options.network),
      host: options.host ?? DEFAULT_HOST,
      port: options.port === undefined ? DEFAULT_PORT : wholeNumber(options.port, "--port", [0, 65_535]),
      ...(options.grace === undefined ? {} : { graceMs: 1000 * wholeNumber(options.grace, "--grace", [0, 86_400]) }),
    };
    if (options.foreground) await inForeground(settings, options);
    else tell(await inBackground(settings), options);
  });
}

function tell(entry: NetworkEntry, options: StartOptions): void {
  const words = `The network "${entry.name}" is running at ${urlOf(entry)} (pid ${entry.pid}).`;
  say(options, { ...entry, url: urlOf(entry) }, words);
}

/** Starts a supervisor that outlives this process and its terminal, in a process group of its own. */
async function inBackground(settings: NetworkSettings): Promise<NetworkEntry> {
  const { folder, log } = networkPlaces(settings.root, settings.name);
  makePrivateFolder(dirname(log));
  // Nothing goes there but what the supervisor itself may die of.
  const output = openSync(log, "a", 0o600);
  const child = spawn(process.execPath, [ENTRY], {
    cwd: folder,
    env: { ...basicEnvironment(), LOG_LEVEL: process.env["LOG_LEVEL"] ?? "info" },
    stdio: ["ignore", output, output, "ipc"],
    detached: true,
    windowsHide: true,
  });
  closeSync(output);
  child.send(settings);
  const report = await Promise.race([
    once(child, "message").then(([message]) => message as StartReport),
    once(child, "exit").then((): StartReport => ({ problem: `its supervisor has ended: see ${log}`, runs: false })),
  ]);
  if ("problem" in report) throw cannotStart(settings.name, report.problem, report.runs);
  child.unref();
  if (child.connected) child.disconnect();
  return report.entry;
}

async function inForeground(settings: NetworkSettings, options: StartOptions): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  }
  try {
    await runNetwork(settings, {
      stop: stop.signal,
      onUp: (entry) => tell(entry, options),
      onLine: (line) => process.stderr.write(options.json ? `${line}\n` : logLine(line)),
    });
  } catch (error) {
    throw cannotStart(settings.name, messageOf(error), error instanceof AlreadyRunningError);
  }
}

function cannotStart(name: string, problem: string, runs: boolean): Failure {
  return runs
    ? new Failure("already_running", `the network "${name}" is not started: ${problem}`)
    : new Failure("start_failed", `the network "${name}" cannot run: ${problem}`);
}
