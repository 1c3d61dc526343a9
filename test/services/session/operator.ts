/** The operator as tests from outside meet it: over HTTP and WebSocket. Where it keeps what it has is decided here alone. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type SessionOptions, SessionService } from "../../../services/src/session/service.js";
import { openSqlite } from "../../../services/src/storage/sqlite/storage.js";
import { Agent, Caller } from "./agent.js";

export interface OperatorSettings extends Pick<SessionOptions, "graceMs" | "channels" | "now"> {
  /** Where it keeps what it has. Default: nowhere, so that nothing outlives it. */
  readonly dataFolder?: string;
}

/** An operator that can be stopped and started again, and its administrator. */
export class Operator {
  readonly admin: Caller;
  #running: Running;

  private constructor(
    private readonly settings: OperatorSettings,
    first: Running,
  ) {
    this.#running = first;
    this.admin = new Caller(() => this.url, first.adminToken);
  }

  static async start(settings: OperatorSettings = {}): Promise<Operator> {
    return new Operator(settings, await run(settings));
  }

  get url(): string {
    return this.#running.url;
  }

  /** Registers an agent. */
  async agent(handle: string, policy: "open" | "allowlist" = "open"): Promise<Agent> {
    const { status, text, json } = await this.admin.post("/_admin/agents", { handle, policy });
    if (status !== 201) throw new Error(`${handle} could not be registered: ${status} ${text}`);
    return new Agent(() => this.url, json.token, handle);
  }

  /** Stops, and starts on the same folder; the address is another afterwards. */
  async restart(): Promise<void> {
    await this.close();
    this.#running = await run(this.settings, this.admin.token);
  }

  close(): Promise<void> {
    return this.#running.close();
  }
}

/** An operator that is stopped when the test is over. */
export async function operator(settings: OperatorSettings = {}): Promise<Operator> {
  const started = await Operator.start(settings);
  onTestFinished(() => started.close());
  return started;
}

interface Running {
  readonly url: string;
  readonly adminToken: string;
  close(): Promise<void>;
}

async function run({ dataFolder, ...options }: OperatorSettings, adminToken?: string): Promise<Running> {
  const storage = dataFolder === undefined ? undefined : await openSqlite(join(dataFolder, "session.db"));
  const token = adminToken === undefined ? {} : { adminToken };
  const service = new SessionService({ ...options, ...token, ...(storage && { storage }) });
  const { url } = await service.listen({ port: 0, signals: false });
  return {
    url,
    adminToken: service.adminToken,
    async close() {
      await service.close({ timeoutMs: 500 });
      await storage?.close();
    },
  };
}
