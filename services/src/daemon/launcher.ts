import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import type { Logger } from "@agentwire/kit/server";
import type { LaunchSettings } from "@agentwire/models/daemon";
import { RuntimeService } from "../runtime/service.js";

/** What a launcher is to start. */
export interface LaunchRequest {
  readonly instanceId: string;
  readonly profile: string;
  readonly settings: LaunchSettings;
}

/** A runtime that was started. It need not answer yet. */
export interface LaunchedRuntime {
  readonly url: string;
  /** Stops it; settles when it is gone. */
  stop(): Promise<void>;
}

/** Starts runtimes. Which programs there are to start is the operator's business, never that of a request. */
export interface RuntimeLauncher {
  launch(request: LaunchRequest): Promise<LaunchedRuntime>;
}

export interface InProcessOptions {
  /** The tool registry of instances whose profile names none. */
  readonly toolRegistryUrl?: string;
  readonly logger?: Logger | false;
}

const STOP_TIMEOUT_MS = 2000;

/**
 * Starts reference runtimes in this process, each on a free loopback port. `env` and `args` have no meaning here,
 * because there is no process to give them to; `tool_registry_url` has.
 */
export class InProcessLauncher implements RuntimeLauncher {
  constructor(private readonly options: InProcessOptions = {}) {}

  async launch({ instanceId, settings }: LaunchRequest): Promise<LaunchedRuntime> {
    const { logger, toolRegistryUrl } = this.options;
    const baseUrl = settings.tool_registry_url ?? toolRegistryUrl;
    const runtime = new RuntimeService({
      instanceId,
      toolRegistry: baseUrl === undefined ? undefined : new ToolRegistryClient({ baseUrl }),
      ...(logger === undefined ? {} : { logger }),
    });
    const { url } = await runtime.listen({ port: 0, signals: false });
    return { url, stop: () => runtime.close({ timeoutMs: STOP_TIMEOUT_MS }) };
  }
}
