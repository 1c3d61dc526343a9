import { DaemonClient } from "@agentwire/client/daemon";
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import type { Listening, Logger, Server } from "@agentwire/kit/server";
import { InProcessLauncher } from "./daemon/launcher.js";
import { DaemonService } from "./daemon/service.js";
import { RuntimeService } from "./runtime/service.js";
import { SessionService } from "./session/service.js";
import { ToolRegistryService } from "./tool-registry/service.js";

/** The services of the stack. */
export type ServiceName = "runtime" | "toolRegistry" | "daemon" | "session";

/** The port of each service; 0 takes a free one. */
export type Ports = Readonly<Record<ServiceName, number>>;

export const DEFAULT_PORTS: Ports = { runtime: 8081, toolRegistry: 8082, daemon: 8083, session: 8084 };

export interface StackOptions {
  readonly ports?: Partial<Ports>;
  /** Default: pino at `LOG_LEVEL`, silent without it. */
  readonly logger?: Logger | false;
}

/** Four services that run in this process, on loopback. */
export interface Stack {
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** The token of the session network's administrator. */
  readonly adminToken: string;
  /** Closes them all; those that use others first. May be called twice. */
  close(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 3000;

/**
 * Starts all four services. The daemon knows the runtime, and can start others like it from the profile `planner`.
 * @throws Error when a port is in use; what was started before is closed again
 */
export async function startStack({ ports, logger }: StackOptions = {}): Promise<Stack> {
  const port = { ...DEFAULT_PORTS, ...ports };
  const common = logger === undefined ? {} : { logger };
  const started: Server[] = [];
  const close = async (): Promise<void> => {
    for (const service of [...started].reverse()) await service.close({ timeoutMs: CLOSE_TIMEOUT_MS });
  };
  const start = async (service: Server, name: ServiceName): Promise<string> => {
    const listening: Listening = await service.listen({ port: port[name], signals: false });
    started.push(service);
    return listening.url;
  };
  try {
    const toolRegistry = await start(new ToolRegistryService(common), "toolRegistry");
    const tools = new ToolRegistryClient({ baseUrl: toolRegistry });
    const runtime = await start(new RuntimeService({ ...common, toolRegistry: tools }), "runtime");
    const launcher = new InProcessLauncher({ ...common, toolRegistryUrl: toolRegistry });
    const daemon = await start(new DaemonService({ ...common, launcher }), "daemon");
    await introduce(new DaemonClient({ baseUrl: daemon }), runtime);
    const sessions = new SessionService(common);
    const session = await start(sessions, "session");
    return { urls: { runtime, toolRegistry, daemon, session }, adminToken: sessions.adminToken, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function introduce(daemon: DaemonClient, runtimeUrl: string): Promise<void> {
  await daemon.upsertRuntimeProfile({
    path: { runtime_profile: "planner" },
    body: { description: "The reference runtime, with its planner that follows rules." },
  });
  await daemon.registerInstance({ body: { runtime_api_endpoint: runtimeUrl, runtime_name: "agentwire-runtime" } });
}
