import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Agent, Caller } from "../session/agent.js";

const SCRIPT = fileURLToPath(new URL("process.mjs", import.meta.url));
const ADMIN_TOKEN = "token-of-the-administrator";

export interface ProcessSettings {
  /** The file in which it keeps what it has. Default: in memory. */
  readonly path?: string;
  readonly graceMs?: number;
}

/** An operator as a child process. */
export class OperatorProcess {
  readonly admin: Caller;

  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {
    this.admin = new Caller(() => url, ADMIN_TOKEN);
  }

  /** @throws when it ends before it serves */
  static async start(settings: ProcessSettings): Promise<OperatorProcess> {
    const child = fork(SCRIPT, [JSON.stringify({ ...settings, adminToken: ADMIN_TOKEN })], { execArgv: [] });
    const first = await Promise.race([once(child, "message"), once(child, "exit")]);
    const [answer] = first as [{ readonly url: string } | number | null];
    if (typeof answer !== "object" || !answer) throw new Error(`the operator ended with ${answer}`);
    return new OperatorProcess(answer.url, child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Registers an agent, and gives its token. */
  async register(handle: string): Promise<string> {
    const { status, text, json } = await this.admin.post("/_admin/agents", { handle, policy: "open" });
    if (status !== 201) throw new Error(`${handle} could not be registered: ${status} ${text}`);
    return json.token;
  }

  agent(handle: string, token: string): Agent {
    return new Agent(() => this.url, token, handle);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}
