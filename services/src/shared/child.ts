import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { forget, reapWith } from "./reaper.js";

/** What a child process is told to be. */
export interface Command {
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Added to the few variables that every child gets. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Variables that programs need to run at all. Nothing else of this process's environment, which holds secrets, is passed on. */
const PASSED_ON = [
  "PATH",
  "HOME",
  "USER",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SystemRoot",
  "APPDATA",
  "PATHEXT",
];

/** What every child gets of this process's environment. */
export function basicEnvironment(): Record<string, string> {
  const passedOn = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(passedOn);
}

/**
 * Starts a child in a process group of its own, so that it ends with all that it starts, and at the latest when this
 * process dies. That it cannot be started comes as its `error` event.
 */
export function startChild({ command, args = [], cwd, env = {} }: Command, stdio: SpawnOptions["stdio"]): ChildProcess {
  const child = spawn(command, args, {
    cwd,
    env: { ...basicEnvironment(), ...env },
    stdio,
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  const { pid } = child;
  if (pid !== undefined) {
    reapWith(pid);
    child.once("exit", () => forget(pid));
  }
  return child;
}

/** Resolves when the child has ended and its output is read; says how, in words. */
export function endOf(child: ChildProcess): Promise<{ readonly ok: boolean; readonly how: string }> {
  return new Promise((resolve) => {
    child.once(
      "error",
      (error) => child.pid === undefined && resolve({ ok: false, how: `cannot be started: ${error.message}` }),
    );
    child.once("close", (code, signal) => {
      resolve({ ok: code === 0, how: signal ? `was ended by ${signal}` : `ended with code ${code}` });
    });
  });
}

/** Asks the child and all that it started to end, and kills what is left after a while. Resolves when the child is gone. */
export async function stopChild(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => {
    if (hasEnded(child)) resolve();
    else child.once("exit", () => resolve());
  });
  killGroup(child, "SIGTERM");
  const kill = setTimeout(() => killGroup(child, "SIGKILL"), graceMs);
  await gone;
  clearTimeout(kill);
  // What the child started may have ignored the request, and nobody else waits for it.
  killGroup(child, "SIGKILL");
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
