import type { ErrorDetail } from "@agentwire/models/common";
import type { ToolInvocationRequest, ToolInvocationResult } from "@agentwire/models/tool-registry";
import { raced } from "../shared/signals.js";
import type { Catalog, CatalogEntry } from "./catalog.js";
import { type JsonObject, ToolError } from "./tool.js";

/** What came of a call: the tool's result, or why there is none. */
type Outcome = { readonly result: JsonObject } | { readonly error: ErrorDetail };

export interface InvokeOptions {
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
  /** Milliseconds for tools that say nothing themselves. */
  readonly timeoutMs: number;
  /** Told of a failure that the tool did not expect; the caller does not see it. */
  readonly onFailure: (error: unknown) => void;
}

/** Calls a tool. Never throws: whatever the tool does is an outcome. */
export async function invoke(
  catalog: Catalog,
  request: ToolInvocationRequest,
  options: InvokeOptions,
): Promise<ToolInvocationResult> {
  const start = performance.now();
  const outcome = await outcomeOf(catalog, request, options);
  const duration_ms = Math.round(performance.now() - start);
  return { invocation_id: request.invocation_id, ok: "result" in outcome, ...outcome, duration_ms };
}

async function outcomeOf(catalog: Catalog, request: ToolInvocationRequest, options: InvokeOptions): Promise<Outcome> {
  const entry = catalog.find({ id: request.tool_id, name: request.tool_name });
  if (!entry) {
    const wanted = request.tool_id ?? request.tool_name ?? "";
    return failure("tool.not_found", `There is no tool "${wanted}".`);
  }
  const issues = entry.argumentIssues(request.args);
  if (issues.length > 0) {
    return failure("tool.invalid_args", `The arguments do not fit the input_schema of "${entry.tool.id}".`, { issues });
  }
  return await run(entry, request, options);
}

async function run(entry: CatalogEntry, request: ToolInvocationRequest, options: InvokeOptions): Promise<Outcome> {
  const { tool } = entry;
  const timeoutMs = tool.timeoutMs ?? options.timeoutMs;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  const call = async (): Promise<JsonObject> =>
    tool.run(request.args, {
      signal,
      invocationId: request.invocation_id,
      context: request.context ?? {},
      ...(request.caller ? { caller: request.caller } : {}),
    });
  try {
    const result = await raced(call(), signal);
    const issues = isObject(result) ? entry.resultIssues(result) : ["result must be an object"];
    if (issues.length === 0) return { result };
    options.onFailure(new Error(`tool "${tool.id}" returned what it should not: ${issues.join("; ")}`));
  } catch (error) {
    if (error instanceof ToolError) return failure("tool.execution_error", error.message, error.details);
    if (timeout.aborted) return failure("tool.timeout", `"${tool.id}" took longer than ${timeoutMs} ms.`);
    options.onFailure(error);
  }
  return failure("tool.handler_error", `"${tool.id}" failed for a reason of its own.`);
}

function failure(code: string, message: string, details?: JsonObject): Outcome {
  return { error: { code, message, ...(details ? { details } : {}) } };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
