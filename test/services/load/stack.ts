/** `agentwire up` as a process of its own, to be loaded and killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { RuntimeClient } from "@agentwire/client/runtime";
import { bin, project } from "../../generator/tool.js";

export interface RunningStack {
  readonly process: ChildProcess;
  readonly urls: Readonly<Record<string, string>>;
  readonly runtime: RuntimeClient;
  /** Resident memory of the process, in bytes. */
  memory(): Promise<number>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

const AGENT = fileURLToPath(new URL("agent.mjs", import.meta.url));

/** A folder with a configuration whose agent is the one of these tests. */
export function stackFolder(config: object = {}): string {
  return project({
    "agentwire.stack.json": {
      data: "data",
      limits: { requests: 0 },
      runtime: { executor: { kind: "function", module: AGENT }, max_concurrent_runs: 400 },
      ...config,
    },
  });
}

export async function up(folder: string, ...services: string[]): Promise<RunningStack> {
  const child = spawn(process.execPath, [bin, "up", ...services, "--port-base", "0", "--json"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const urls = await urlsOf(child);
  return {
    process: child,
    urls,
    runtime: new RuntimeClient({ baseUrl: String(urls["runtime"]), retries: 0 }),
    memory: async () => {
      const ps = spawn("ps", ["-o", "rss=", "-p", String(child.pid)], { stdio: ["ignore", "pipe", "inherit"] });
      const [text] = (await once(ps.stdout.setEncoding("utf8"), "data")) as [string];
      return Number(text) * 1024;
    },
    async kill(signal) {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

async function urlsOf(child: ChildProcess): Promise<Record<string, string>> {
  let text = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  for await (const chunk of child.stdout?.setEncoding("utf8") ?? []) {
    text += chunk;
    const line = text.split("\n").find((one) => one.includes('"the stack is up"') && one.endsWith("}"));
    if (!line) continue;
    // Nobody reads on; what is still written must not stop the process.
    child.stdout?.resume();
    return (JSON.parse(line) as { urls: Record<string, string> }).urls;
  }
  throw new Error(`agentwire up ended: ${text}`);
}
