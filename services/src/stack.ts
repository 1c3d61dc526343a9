import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DaemonClient } from "@agentwire/client/daemon";
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { bearer, type ClientOptions } from "@agentwire/kit/client";
import type { Logger, Server, ServerOptions } from "@agentwire/kit/server";
import type { StackConfig } from "./config/config.js";
import { daemonOptionsOf } from "./config/daemon.js";
import { authOptionsOf, type EffectiveConfig, effectiveConfig, type Surroundings } from "./config/effective.js";
import { internalAuth } from "./config/internal-auth.js";
import type { ServiceName } from "./config/names.js";
import { retentionOf } from "./config/retention.js";
import { sessionOptionsOf } from "./config/session.js";
import { DaemonService } from "./daemon/service.js";
import { executorOf } from "./runtime/executors/configured.js";
import { RuntimeService } from "./runtime/service.js";
import { SessionService } from "./session/service.js";
import { READINESS_PATH } from "./shared/readiness.js";
import { IN_MEMORY, openSqlite } from "./storage/sqlite/storage.js";
import type { Storage } from "./storage/storage.js";
import { ToolRegistryService } from "./tool-registry/service.js";

export interface StackOptions extends Surroundings {
  /** Default: pino at `LOG_LEVEL`, silent without it. */
  readonly logger?: Logger | false;
}

/** Services that run in this process. */
export interface Stack {
  readonly config: EffectiveConfig;
  /** Of those that run. */
  readonly urls: Readonly<Partial<Record<ServiceName, string>>>;
  /** The token of the session network's administrator, where that service runs. */
  readonly adminToken: string | undefined;
  /** Closes them all; those that use others first. May be called twice. */
  close(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 3000;

/** The name under which the daemon knows the stack's own runtime. */
const RUNTIME_NAME = "agentwire-runtime";

/**
 * Starts the services of a configuration, each of which uses only those before it; ready when it resolves. The daemon
 * knows the runtime, and can start others like it from the profile `planner`.
 * @throws Error that says what is in the way, such as a port in use; what was started before is closed again
 */
export async function startStack(config: StackConfig = {}, options: StackOptions = {}): Promise<Stack> {
  const stack = new Starting(effectiveConfig(config, options), options);
  try {
    await stack.start();
    return stack;
  } catch (error) {
    await stack.close();
    throw error;
  }
}

class Starting implements Stack {
  readonly urls: Partial<Record<ServiceName, string>> = {};
  adminToken: string | undefined;
  /** What is to be closed, in the order of its making. */
  readonly #closing: (() => Promise<void>)[] = [];
  readonly #common: ServerOptions;
  readonly #clients: Pick<ClientOptions, "auth">;
  readonly #token: string | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    readonly config: EffectiveConfig,
    private readonly options: StackOptions,
  ) {
    const { auth, token } = internalAuth(authOptionsOf(config.auth));
    const { body_bytes, requests, window_seconds } = config.limits;
    this.#common = {
      auth,
      readiness: READINESS_PATH,
      limits: { body: body_bytes, ...(requests > 0 ? { rate: { requests, seconds: window_seconds } } : {}) },
      ...(options.logger === undefined ? {} : { logger: options.logger }),
    };
    this.#token = token;
    this.#clients = token === undefined ? {} : { auth: bearer(token) };
  }

  async start(): Promise<void> {
    if (this.config.data !== undefined) await mkdir(this.config.data, { recursive: true });
    const starts: Record<ServiceName, () => Promise<void>> = {
      "tool-registry": () => this.#startToolRegistry(),
      runtime: () => this.#startRuntime(),
      daemon: () => this.#startDaemon(),
      session: () => this.#startSession(),
    };
    for (const name of this.config.services) await starts[name]();
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      for (const close of this.#closing.splice(0).reverse()) await close();
    })();
    return this.#closed;
  }

  async #startToolRegistry(): Promise<void> {
    const { sources = [], timeout_ms, max_result_bytes, max_concurrency, max_queue } = this.config.tool_registry ?? {};
    const toolLimits = {
      ...(timeout_ms === undefined ? {} : { timeoutMs: timeout_ms }),
      ...(max_result_bytes === undefined ? {} : { maxResultBytes: max_result_bytes }),
      ...(max_concurrency === undefined ? {} : { maxConcurrency: max_concurrency }),
      ...(max_queue === undefined ? {} : { maxQueue: max_queue }),
    };
    const { environment } = this.options;
    const options = { ...this.#common, sources, toolLimits, ...(environment ? { environment } : {}) };
    await this.#listen("tool-registry", new ToolRegistryService(options));
  }

  async #startRuntime(): Promise<void> {
    const { executor, max_concurrent_runs, max_queued_runs, tool_registry_url, gather_ms } = this.config.runtime ?? {};
    const own = this.urls["tool-registry"];
    const registry = tool_registry_url ?? own;
    // The token of this process is for its own services: whoever has it is one of them.
    const clients = registry === own ? this.#clients : {};
    const service = new RuntimeService({
      ...this.#common,
      executor: await executorOf(executor, this.options),
      storage: await this.#storage("runtime"),
      toolRegistry: registry === undefined ? undefined : new ToolRegistryClient({ baseUrl: registry, ...clients }),
      ...(max_concurrent_runs === undefined ? {} : { maxConcurrentRuns: max_concurrent_runs }),
      ...(max_queued_runs === undefined ? {} : { maxQueuedRuns: max_queued_runs }),
      ...(gather_ms === undefined ? {} : { streams: { gather: gather_ms } }),
      ...retentionOf(this.config.retention),
    });
    await service.ready();
    await this.#listen("runtime", service);
  }

  async #startDaemon(): Promise<void> {
    const { data, daemon = {}, runtime } = this.config;
    const registry = this.urls["tool-registry"];
    const { logger: _, ...where } = this.options;
    const service = new DaemonService({
      ...this.#common,
      ...daemonOptionsOf(daemon, runtime?.executor),
      ...retentionOf(this.config.retention),
      storage: await this.#storage("daemon"),
      ...(data === undefined ? {} : { folder: join(data, "instances") }),
      surroundings: {
        ...where,
        ...retentionOf(this.config.retention),
        ...(registry === undefined ? {} : { toolRegistry: { url: registry, token: this.#token } }),
        // Whoever may call the stack's own runtime may follow runs on instances too.
        auth: authOptionsOf(this.config.auth),
      },
      runtimeToken: (url) => (url === this.urls.runtime ? this.#token : undefined),
    });
    await service.ready();
    const url = await this.#listen("daemon", service);
    await this.#registerRuntime(new DaemonClient({ baseUrl: url, ...this.#clients }));
  }

  /** Makes the stack's own runtime known, once: the daemon remembers it from one start to the next. */
  async #registerRuntime(daemon: DaemonClient): Promise<void> {
    const { runtime } = this.urls;
    const { instances } = await daemon.listInstances();
    const own = instances.filter(({ managed, runtime_name }) => managed === false && runtime_name === RUNTIME_NAME);
    const known = own.find(({ runtime_api_endpoint }) => runtime_api_endpoint === runtime);
    for (const { instance_id } of own) {
      if (instance_id !== known?.instance_id) await daemon.deleteInstance({ path: { instance_id } });
    }
    if (known || runtime === undefined) return;
    await daemon.registerInstance({ body: { runtime_api_endpoint: runtime, runtime_name: RUNTIME_NAME } });
  }

  async #startSession(): Promise<void> {
    const { auth: _, ...common } = this.#common;
    const storage = await this.#storage("session");
    const service = new SessionService({
      ...common,
      ...(await sessionOptionsOf(this.config.session ?? {}, this.options)),
      storage,
    });
    await service.ready();
    await this.#listen("session", service);
    this.adminToken = service.adminToken;
  }

  async #listen(name: ServiceName, service: Server): Promise<string> {
    this.#closing.push(() => service.close({ timeoutMs: CLOSE_TIMEOUT_MS }));
    const { host, ports } = this.config;
    const { url } = await service.listen({ port: ports[name], host, signals: false });
    this.urls[name] = url;
    return url;
  }

  async #storage(name: string): Promise<Storage> {
    const { data } = this.config;
    const storage = await openSqlite(data === undefined ? IN_MEMORY : join(data, `${name}.db`));
    this.#closing.push(() => storage.close());
    return storage;
  }
}
