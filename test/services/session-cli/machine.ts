/** A machine of its own: a state folder, and the command line tool as users call it there. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { SessionClient } from "@agentwire/client/session";
import { expect, onTestFinished } from "vitest";
import { bin, type Outcome, temporaryFolder } from "../../generator/tool.js";

/** For things that take as long as a loaded machine lets them. */
export const PATIENCE = { timeout: 60_000, interval: 50 };

export interface CallOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** A call that goes on. */
export interface Running {
  readonly process: ChildProcess;
  readonly text: { stdout: string; stderr: string };
  /** Resolves when standard output or error has this text. */
  says(text: string | RegExp): Promise<void>;
  /** What it has printed, a JSON object a line. */
  events(): Record<string, unknown>[];
  readonly ended: Promise<number | null>;
}

export class Machine {
  readonly folder = temporaryFolder();
  readonly state = join(this.folder, "state");

  /** A working folder. */
  place(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  path(...parts: string[]): string {
    return join(this.state, ...parts);
  }

  read(...parts: string[]): string {
    return readFileSync(this.path(...parts), "utf8");
  }

  /** Starts a network on a free port, unless the arguments say another. */
  up(...args: string[]): Promise<{ readonly url: string; readonly port: number; readonly pid: number }> {
    return this.json(["network", "start", "--port", "0", ...args]);
  }

  /** Runs a command to its end. */
  async call(args: readonly string[], options: CallOptions = {}): Promise<Outcome> {
    const running = this.start(args, options);
    const code = await running.ended;
    return { code, ...running.text };
  }

  /** A command that has to work; gives what it printed, without the line end. */
  async ok(args: readonly string[], options: CallOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.call(args, options);
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
    return stdout.trimEnd();
  }

  /** The same with `--json`, and what it means. */
  async json<T = Record<string, unknown>>(args: readonly string[], options: CallOptions = {}): Promise<T> {
    return JSON.parse(await this.ok([...args, "--json"], options)) as T;
  }

  /** A command that has to fail: the exit code, and the one JSON object that says why. */
  async failure(args: readonly string[], options: CallOptions = {}) {
    const { code, stdout, stderr } = await this.call([...args, "--json"], options);
    expect({ args, stdout, lines: stderr.trimEnd().split("\n").length }).toEqual({ args, stdout: "", lines: 1 });
    return { code, ...(JSON.parse(stderr) as { error: string; detail: string; advice?: string; status?: number }) };
  }

  start(args: readonly string[], { cwd = this.folder, env = {}, input }: CallOptions = {}): Running {
    const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...this.#environment(), ...env } });
    child.stdin.on("error", () => undefined).end(input);
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        text[name] += chunk;
      });
    }
    const ended = once(child, "close").then(([code]) => code as number | null);
    const running: Running = {
      process: child,
      text,
      ended,
      says: (wanted) => expect.poll(() => text.stdout + text.stderr, PATIENCE).toMatch(wanted),
      events: () =>
        text.stdout
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Record<string, unknown>),
    };
    // In a hook there is no test; what a hook starts it waits for.
    attempt(() => onTestFinished(() => void child.kill("SIGKILL")));
    return running;
  }

  /** Registers agents that are open to everybody, and gives each a folder of its own to act from. */
  async agents(...names: string[]): Promise<string[]> {
    const folders = [];
    for (const name of names) {
      await this.ok(["agent", "register", `@${name}.test`, "--policy", "open"]);
      const folder = this.place(name);
      await this.ok(["identity", "set", `@${name}.test`], { cwd: folder });
      folders.push(folder);
    }
    return folders;
  }

  operatorPid(network = "default"): number {
    return Number(this.read("networks", network, "operator.pid"));
  }

  supervisorPid(network = "default"): number {
    const { network: entry } = JSON.parse(this.read("networks", network, "network.json")) as {
      network: { pid: number };
    };
    return entry.pid;
  }

  /** Kills the operator as a crash would, and waits until there is another. */
  async crash(network = "default"): Promise<void> {
    const before = this.operatorPid(network);
    process.kill(before, "SIGKILL");
    await expect.poll(() => this.operatorPid(network), PATIENCE).not.toBe(before);
  }

  /** Ends all that may still run here, whatever state it is in. */
  dispose(): void {
    for (const network of attempt(() => readdirSync(this.path("networks"))) ?? []) {
      for (const pid of [attempt(() => this.supervisorPid(network)), attempt(() => this.operatorPid(network))]) {
        if (pid !== undefined) attempt(() => process.kill(-pid, "SIGKILL"));
      }
    }
  }

  /** Nothing of who runs the tests, and no colours. */
  #environment(): NodeJS.ProcessEnv {
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith("AGENTWIRE_"));
    return { ...Object.fromEntries(others), NO_COLOR: "1", AGENTWIRE_STATE_DIR: this.state };
  }
}

/** What `network status --json` says. */
export interface Status {
  readonly networks: readonly {
    readonly name: string;
    readonly state: string;
    readonly port: number;
    readonly pid: number;
    readonly restarts: number;
    readonly startedAt: number;
    readonly uptimeMs?: number;
    readonly reason?: string;
  }[];
}

/** A server on a port of loopback, until the test is over. */
export async function occupy(port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return server;
}

/** Does an operator answer there? */
export async function isUp(url: string): Promise<boolean> {
  const health = await new SessionClient({ baseUrl: url, retries: 0 }).health().catch(() => undefined);
  return health?.status === "ok";
}

/** Does the process run? One that has ended and that nobody has asked after does not. */
export function isAlive(pid: number): boolean {
  if (attempt(() => process.kill(pid, 0)) === undefined) return false;
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8")) ?? "";
  return !/^\d+ \(.*\) Z/s.test(stat);
}

/** Undefined where it does not work. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
