import {
  type Health,
  type Listening,
  type ListenOptions,
  type Logger,
  loggerOf,
  Problem,
  type RequestContext,
  type ServerOptions,
} from "@agentwire/kit/server";
import type {
  GetToolRequest,
  InvokeToolRequest,
  ToolDefinition,
  ToolInvocationRequest,
  ToolInvocationResult,
} from "@agentwire/models/tool-registry";
import { ToolRegistryServer } from "@agentwire/server/tool-registry";
import { newId } from "../shared/ids.js";
import { READINESS_PATH } from "../shared/readiness.js";
import { Secrets } from "../shared/secrets.js";
import { VERSION } from "../shared/version.js";
import { Catalog } from "./catalog.js";
import type { ToolSourceConfig } from "./config/config.js";
import { readToolSources } from "./config/read.js";
import { sourceOf } from "./config/sources.js";
import { invoke } from "./invoke.js";
import type { ToolDirectory } from "./mcp-server/directory.js";
import { McpEndpoint, type McpEndpointOptions } from "./mcp-server/endpoint.js";
import { Judges } from "./schema/judges.js";
import { FunctionSource } from "./sources/functions.js";
import type { ToolSource } from "./sources/source.js";
import { DEFAULT_TOOL_LIMITS, type Tool, type ToolLimits } from "./tool.js";
import { builtinTools } from "./tools/index.js";

/** Settings of a tool registry. */
export interface ToolRegistryOptions extends ServerOptions {
  /** The functions to start with. Default: the built-in ones. */
  readonly tools?: readonly Tool[];
  /** Where other tools come from; of two with one id, the earlier one is offered. Functions are before them all. */
  readonly sources?: readonly ToolSourceConfig[];
  /** Where `{ "env": … }` in the sources leads. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What a tool may cost that says nothing itself. */
  readonly toolLimits?: ToolLimits;
  /** The registry as an MCP server at `/mcp`, behind the same authentication; false for none. */
  readonly mcp?: McpEndpointOptions | false;
}

/** Where the registry is an MCP server. */
const MCP_PATH = "/mcp";

/** The reference tool registry. */
export class ToolRegistryService extends ToolRegistryServer {
  readonly #id = newId("reg");
  readonly #secrets: Secrets;
  readonly #judges = new Judges();
  readonly #functions = new FunctionSource(this.#judges);
  readonly #sources: readonly ToolSource[];
  readonly #catalog: Catalog;
  readonly #log: Logger;
  readonly #mcp: McpEndpoint | undefined;
  #closed: Promise<void> | undefined;

  /** @throws Error when the sources are not what they must be, or a variable that they name is not set */
  constructor({
    tools = builtinTools,
    sources = [],
    environment = process.env,
    toolLimits = {},
    mcp = {},
    ...options
  }: ToolRegistryOptions = {}) {
    const endpoint = mcp && new McpEndpoint({ allowedOrigins: options.cors?.origins ?? [], ...mcp });
    super({
      version: VERSION,
      readiness: READINESS_PATH,
      ...options,
      mounts: { ...options.mounts, ...(endpoint && { [MCP_PATH]: endpoint.mount }) },
    });
    this.#mcp = endpoint || undefined;
    this.#log = loggerOf(options.logger, "tool-registry");
    this.#secrets = new Secrets(environment);
    const configs = readToolSources(sources);
    const offered = configs.find((config) => config.kind === "builtin")?.tools;
    for (const tool of tools) {
      if (offered?.includes(tool.id) ?? true) this.#functions.add(tool);
    }
    const surroundings = { secrets: this.#secrets, log: this.#log, registryId: this.#id };
    const others = configs.flatMap((config, index) => sourceOf(config, `sources/${index}`, surroundings) ?? []);
    this.#sources = [this.#functions, ...others];
    this.#catalog = new Catalog(this.#sources, {
      limits: { ...DEFAULT_TOOL_LIMITS, ...toolLimits },
      judges: this.#judges,
      log: this.#log,
      publish: (definition) => this.#secrets.redact(definition),
    });
    this.#mcp?.offer(this.directory);
  }

  /** The tools as an MCP server needs them; for `serveMcpStdio`. */
  get directory(): ToolDirectory {
    return {
      list: async () => this.#catalog.definitions(),
      call: (request, signal) => this.#invoke(request, signal, this.#log),
      watch: (changed) => this.#catalog.watch(changed),
    };
  }

  /**
   * Adds a tool; it can be called at once.
   * @throws Error when its id or name is taken, or one of its schemas is none
   */
  registerTool(tool: Tool): this {
    this.#functions.add(tool);
    this.#catalog.refresh();
    return this;
  }

  /** Connects to the sources, and returns at once; `listen` does it too. Health checks say how far they are. */
  connect(): this {
    for (const source of this.#sources) source.start?.(() => this.#catalog.refresh());
    return this;
  }

  override async listen(options?: ListenOptions): Promise<Listening> {
    const listening = await super.listen(options);
    this.connect();
    return listening;
  }

  /** Finishes what is under way, then ends every session, connection and program. */
  override close(options?: { timeoutMs?: number }): Promise<void> {
    this.#closed ??= this.#end(options);
    return this.#closed;
  }

  override listTools(): ToolDefinition[] {
    return [...this.#catalog.definitions()];
  }

  override getTool({ path }: GetToolRequest): ToolDefinition {
    const entry = this.#catalog.find({ id: path.tool_id });
    if (!entry) throw new Problem("not_found", `There is no tool "${path.tool_id}".`);
    return entry.definition;
  }

  override invokeTool({ body }: InvokeToolRequest, context: RequestContext): Promise<ToolInvocationResult> {
    return this.#invoke(body, context.signal, context.log);
  }

  protected override async checkHealth(): Promise<Health> {
    const checks = this.#secrets.redact(this.#catalog.checks());
    const ok = checks.every(({ status }) => status === "ok");
    return { status: ok ? "ok" : "degraded", ...(checks.length > 0 ? { checks } : {}) };
  }

  async #invoke(request: ToolInvocationRequest, signal: AbortSignal, log: Logger): Promise<ToolInvocationResult> {
    const { error, result, ...outcome } = await invoke(this.#catalog, request, {
      registryId: this.#id,
      signal,
      onFailure: (failure) =>
        log.error({ reason: this.#reason(failure), tool: request.tool_id ?? request.tool_name }, "a tool failed"),
    });
    return {
      ...outcome,
      ...(error ? { error: this.#secrets.redact(error) } : {}),
      ...(result ? { result: this.#secrets.redactData(result) } : {}),
    };
  }

  async #end(options?: { timeoutMs?: number }): Promise<void> {
    // Nobody is waiting at the other end of these, so nothing would end them while the server drains.
    this.#mcp?.endStreams();
    await super.close(options);
    await this.#mcp?.close();
    await Promise.all(this.#sources.map((source) => source.close?.()));
  }

  /** A failure for the log, stack and all. */
  #reason(error: unknown): string {
    return this.#secrets.redact(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
