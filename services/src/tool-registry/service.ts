import { Problem, type RequestContext, type ServerOptions } from "@agentwire/kit/server";
import type {
  GetToolRequest,
  InvokeToolRequest,
  ToolDefinition,
  ToolInvocationResult,
} from "@agentwire/models/tool-registry";
import { ToolRegistryServer } from "@agentwire/server/tool-registry";
import { VERSION } from "../shared/version.js";
import { Catalog } from "./catalog.js";
import { invoke } from "./invoke.js";
import { definitionOf, type Tool } from "./tool.js";
import { builtinTools } from "./tools/index.js";

const DEFAULT_TIMEOUT_MS = 10_000;

/** Settings of a tool registry. */
export interface ToolRegistryOptions extends ServerOptions {
  /** The tools to start with. Default: the built-in ones. */
  readonly tools?: readonly Tool[];
  /** Milliseconds a tool may take unless it says so itself. Default 10 000. */
  readonly toolTimeoutMs?: number;
}

/** The reference tool registry. */
export class ToolRegistryService extends ToolRegistryServer {
  readonly #catalog = new Catalog();
  readonly #timeoutMs: number;

  constructor({ tools = builtinTools, toolTimeoutMs = DEFAULT_TIMEOUT_MS, ...options }: ToolRegistryOptions = {}) {
    super({ version: VERSION, ...options });
    this.#timeoutMs = toolTimeoutMs;
    for (const tool of tools) this.registerTool(tool);
  }

  /**
   * Adds a tool; it can be called at once.
   * @throws Error when its id or name is taken, or one of its schemas is none
   */
  registerTool(tool: Tool): this {
    this.#catalog.register(tool);
    return this;
  }

  override listTools(): ToolDefinition[] {
    return this.#catalog.tools().map(definitionOf);
  }

  override getTool({ path }: GetToolRequest): ToolDefinition {
    const entry = this.#catalog.find({ id: path.tool_id });
    if (!entry) throw new Problem("not_found", `There is no tool "${path.tool_id}".`);
    return definitionOf(entry.tool);
  }

  override invokeTool({ body }: InvokeToolRequest, context: RequestContext): Promise<ToolInvocationResult> {
    return invoke(this.#catalog, body, {
      signal: context.signal,
      timeoutMs: this.#timeoutMs,
      onFailure: (err) => context.log.error({ err, tool: body.tool_id ?? body.tool_name }, "a tool failed"),
    });
  }
}
