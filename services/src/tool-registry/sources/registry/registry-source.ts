import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { ApiError, bearer } from "@agentwire/kit/client";
import type { Logger } from "@agentwire/kit/server";
import type { ToolDefinition } from "@agentwire/models/tool-registry";
import { sleep } from "../../../shared/signals.js";
import { isLoop, VIA, viaOf } from "../../route.js";
import { type JsonObject, type Tool, type ToolContext, ToolError, type ToolLimits, unavailable } from "../../tool.js";
import { BackOff } from "../back-off.js";
import type { SourceState, ToolSource } from "../source.js";

export interface RegistrySourceOptions {
  readonly name: string;
  readonly url: string;
  readonly token: string | undefined;
  /** What comes before the ids and names of its tools. */
  readonly prefix: string;
  /** Milliseconds between two looks at its list. Default 30 000. */
  readonly refreshMs: number | undefined;
  readonly limits: ToolLimits;
  readonly log: Logger;
  /** Strikes out what must not be told. */
  readonly redact: (text: string) => string;
  /** The registry that the tools are for. */
  readonly registryId: string;
}

const DEFAULT_REFRESH_MS = 30_000;

/** The tools of another registry. Its list is looked at every now and then; while it cannot be, the last one stays. */
export class RegistrySource implements ToolSource {
  readonly name: string;
  tools: readonly Tool[] = [];
  state: SourceState = { status: "down", message: "it has not answered yet" };
  readonly #options: RegistrySourceOptions;
  readonly #client: ToolRegistryClient;
  readonly #stop = new AbortController();
  #listed = "";
  #running: Promise<void> | undefined;

  constructor(options: RegistrySourceOptions) {
    this.name = `registry ${options.name}`;
    this.#options = options;
    const { url, token } = options;
    // Calls end by their signal.
    this.#client = new ToolRegistryClient({ baseUrl: url, ...(token === undefined ? {} : { auth: bearer(token) }) });
  }

  expects(id: string): boolean {
    const { prefix } = this.#options;
    return this.state.status === "down" && prefix !== "" && id.startsWith(prefix);
  }

  start(changed: () => void): void {
    this.#running ??= this.#follow(changed);
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error("the registry is closing"));
    await this.#running;
  }

  async #follow(changed: () => void): Promise<void> {
    const backOff = new BackOff();
    const { signal } = this.#stop;
    const { refreshMs = DEFAULT_REFRESH_MS, log, redact } = this.#options;
    while (!signal.aborted) {
      let wait = refreshMs;
      try {
        if (await this.#list(signal)) changed();
        this.#tell({ status: "ok" });
        backOff.reset();
      } catch (error) {
        if (signal.aborted) return;
        log.debug({ source: this.name, reason: redact(String(error)) }, "the tools could not be listed");
        this.#tell({ status: "down", message: reasonOf(error) });
        wait = backOff.next();
      }
      await sleep(wait, signal).catch(() => undefined);
    }
  }

  /** Is the list another than before? */
  async #list(signal: AbortSignal): Promise<boolean> {
    const definitions = await this.#client.listTools({}, { signal });
    const listed = JSON.stringify(definitions);
    if (listed === this.#listed) return false;
    this.#listed = listed;
    this.tools = definitions
      .filter(({ extensions }) => !isLoop(viaOf(extensions), this.#options.registryId))
      .map((definition) => this.#toolOf(definition));
    return true;
  }

  #toolOf({ tool_id, name, description, input_schema, output_schema, metadata, extensions }: ToolDefinition): Tool {
    const { prefix, limits, registryId } = this.#options;
    return {
      ...limits,
      id: `${prefix}${tool_id}`,
      name: `${prefix}${name}`,
      ...(description === undefined ? {} : { description }),
      inputSchema: input_schema,
      ...(output_schema ? { outputSchema: output_schema } : {}),
      source: "remote",
      ...(metadata ? { metadata } : {}),
      extensions: { ...extensions, [VIA]: [registryId, ...viaOf(extensions)] },
      run: (args, context) => this.#call(tool_id, args, context),
    };
  }

  async #call(tool_id: string, args: JsonObject, context: ToolContext): Promise<JsonObject> {
    const { invocationId: invocation_id, caller, signal } = context;
    const extensions = { [VIA]: [...context.via, this.#options.registryId] };
    const body = { invocation_id, tool_id, args, context: context.context, ...(caller ? { caller } : {}), extensions };
    try {
      const { ok, result = {}, error } = await this.#client.invokeTool({ body }, { signal, timeoutMs: 0 });
      if (ok) return result;
      throw error ? passedOn(error) : new ToolError("The tool failed, and said no more.");
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ToolError) throw error;
      throw refusalOf(error, this.name);
    }
  }

  #tell(state: SourceState): void {
    const { status } = this.state;
    this.state = state;
    if (state.status === status) return;
    const log = state.status === "ok" ? "info" : "warn";
    this.#options.log[log]({ source: this.name, ...state, tools: this.tools.length }, "tool source");
  }
}

/** An error of the other registry, member for member. */
function passedOn({ message, details, ...more }: ToolError["detail"]): ToolError {
  return new ToolError(message, details, more);
}

/** What the other registry said instead of an outcome; or it said nothing. */
function refusalOf(error: unknown, name: string): ToolError {
  if (!(error instanceof ApiError)) return unavailable(`The ${name} cannot be reached now.`);
  const { status, code = "tool.execution_error", details, retryable } = error;
  const message = error.message;
  return new ToolError(
    message,
    { status, ...(details as JsonObject | undefined) },
    {
      code,
      ...(retryable === undefined ? {} : { retryable }),
    },
  );
}

function reasonOf(error: unknown): string {
  return error instanceof ApiError ? `it answered with status ${error.status}` : "it cannot be reached";
}
