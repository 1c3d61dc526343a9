import type { ErrorDetail, Metadata, ResourceRef } from "@agentwire/models/common";
import type { ToolDefinition } from "@agentwire/models/tool-registry";

/** A JSON object. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a tool is told beside its arguments. */
export interface ToolContext {
  /** Aborts when the caller is gone or the tool has had its time. */
  readonly signal: AbortSignal;
  readonly invocationId: string;
  /** What the caller sent along, as it is. */
  readonly context: JsonObject;
  readonly caller?: ResourceRef;
  /** The registries that this call has come through; see `VIA`. */
  readonly via: readonly string[];
}

/** What a call to a tool may cost. What is left out is up to the registry. */
export interface ToolLimits {
  /** Milliseconds a call may take, once it has begun. Default 10 000. */
  readonly timeoutMs?: number;
  /** Bytes of the result as JSON. Default 1 MiB. */
  readonly maxResultBytes?: number;
  /** Calls at the same time. Default 16. */
  readonly maxConcurrency?: number;
  /** Calls that wait for their turn; one more is answered `tool.busy`. Default 64. */
  readonly maxQueue?: number;
}

export const DEFAULT_TOOL_LIMITS: Required<ToolLimits> = {
  timeoutMs: 10_000,
  maxResultBytes: 1024 * 1024,
  maxConcurrency: 16,
  maxQueue: 64,
};

/** One tool: what the registry tells about it, and the function that is it. */
export interface Tool extends ToolLimits {
  /** The id in the registry; unique. */
  readonly id: string;
  /** The name in the registry; unique too. */
  readonly name: string;
  readonly description?: string;
  /** JSON Schema 2020-12, or draft-07 if its `$schema` says so. Arguments that do not fit never reach `run`. `format` is a note, not a check. */
  readonly inputSchema: JsonObject;
  /** A JSON Schema too. A result that does not fit is a failure of the tool. */
  readonly outputSchema?: JsonObject;
  /** Where it runs. Default `registry_local`. */
  readonly source?: ToolDefinition["source"];
  readonly metadata?: Metadata;
  readonly extensions?: JsonObject;
  /** Throw a `ToolError` for what the caller should read; any other error stays inside. */
  run(args: JsonObject, context: ToolContext): JsonObject | Promise<JsonObject>;
}

/** A failure that a tool expects, such as a division by zero. All of it goes to the caller. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  /** What the caller reads; its code is `tool.execution_error` unless told otherwise. */
  readonly detail: ErrorDetail;

  constructor(message: string, details?: JsonObject, more: Partial<Omit<ErrorDetail, "message" | "details">> = {}) {
    super(message);
    this.detail = { code: "tool.execution_error", message, ...(details ? { details } : {}), ...more };
  }
}

/** The tool cannot be reached now; the same call may succeed later. */
export function unavailable(message: string, details?: JsonObject): ToolError {
  return new ToolError(message, details, { code: "tool.unavailable", retryable: true });
}

/** A tool as the contract describes it. */
export function definitionOf(tool: Tool): ToolDefinition {
  const { id, name, description, inputSchema, outputSchema, metadata, extensions, source = "registry_local" } = tool;
  return {
    tool_id: id,
    name,
    ...(description === undefined ? {} : { description }),
    input_schema: inputSchema,
    ...(outputSchema ? { output_schema: outputSchema } : {}),
    source,
    ...(metadata ? { metadata } : {}),
    ...(extensions ? { extensions } : {}),
  };
}
