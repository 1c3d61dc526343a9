import type { ResourceRef } from "@agentwire/models/common";
import type { ToolDefinition } from "@agentwire/models/tool-registry";

/** A JSON object. */
export type JsonObject = Record<string, unknown>;

/** What a tool is told beside its arguments. */
export interface ToolContext {
  /** Aborts when the caller is gone or the tool has had its time. */
  readonly signal: AbortSignal;
  readonly invocationId: string;
  /** What the caller sent along, as it is. */
  readonly context: JsonObject;
  readonly caller?: ResourceRef;
}

/** One tool: what the registry tells about it, and the function that is it. */
export interface Tool {
  /** The id in the registry; unique. */
  readonly id: string;
  /** The name in the registry; unique too. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema 2020-12. Arguments that do not fit never reach `run`. `format` is a note, not a check. */
  readonly inputSchema: JsonObject;
  /** JSON Schema 2020-12. A result that does not fit is a failure of the tool. */
  readonly outputSchema?: JsonObject;
  /** Milliseconds a call may take. Default: the registry's. */
  readonly timeoutMs?: number;
  /** Throw a `ToolError` for what the caller should read; any other error stays inside. */
  run(args: JsonObject, context: ToolContext): JsonObject | Promise<JsonObject>;
}

/** A failure that a tool expects, such as a division by zero. Its message goes to the caller. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  constructor(
    message: string,
    readonly details?: JsonObject,
  ) {
    super(message);
  }
}

/** A tool as the contract describes it. */
export function definitionOf(tool: Tool): ToolDefinition {
  return {
    tool_id: tool.id,
    name: tool.name,
    description: tool.description,
    input_schema: tool.inputSchema,
    ...(tool.outputSchema ? { output_schema: tool.outputSchema } : {}),
    source: "registry_local",
  };
}
