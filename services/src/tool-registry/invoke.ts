import type { ErrorDetail } from "@agentwire/models/common";
import type { ToolInvocationRequest, ToolInvocationResult } from "@agentwire/models/tool-registry";
import { raced } from "../shared/signals.js";
import type { Catalog } from "./catalog.js";
import type { CatalogEntry } from "./catalog-entry.js";
import { isLoop, viaOf } from "./route.js";
import { Busy } from "./slots.js";
import { isObject, type JsonObject, ToolError, unavailable } from "./tool.js";

/** What came of a call: the tool's result, or why there is none. */
type Outcome = { readonly result: JsonObject } | { readonly error: ErrorDetail };

export interface InvokeOptions {
  /** The registry that is called; a call that has come through it before goes in circles. */
  readonly registryId: string;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
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
  if (!entry) return missing(catalog, request.tool_id ?? request.tool_name ?? "");
  const { id } = entry.tool;
  if (isLoop(viaOf(request.extensions), options.registryId)) {
    return failure("tool.loop", `The call to "${id}" goes in circles between registries.`);
  }
  if (entry.unusable !== undefined) return failure("tool.unavailable", `"${id}" cannot be called: ${entry.unusable}.`);
  const issues = entry.argumentIssues(request.args);
  if (issues.length > 0) {
    return failure("tool.invalid_args", `The arguments do not fit the input_schema of "${id}".`, {
      details: { issues },
    });
  }
  return await inTurn(entry, request, options);
}

function missing(catalog: Catalog, wanted: string): Outcome {
  const source = catalog.expecting(wanted);
  if (!source) return failure("tool.not_found", `There is no tool "${wanted}".`);
  return { error: unavailable(`"${wanted}" may exist, but ${source.name} cannot be reached now.`).detail };
}

async function inTurn(entry: CatalogEntry, request: ToolInvocationRequest, options: InvokeOptions): Promise<Outcome> {
  let release: () => void;
  try {
    release = await entry.slots.take(options.signal);
  } catch (error) {
    if (!(error instanceof Busy)) return canceled(entry);
    return failure("tool.busy", `Too many calls to "${entry.tool.id}" are waiting.`, { retryable: true });
  }
  try {
    return await run(entry, request, options);
  } finally {
    release();
  }
}

async function run(entry: CatalogEntry, request: ToolInvocationRequest, options: InvokeOptions): Promise<Outcome> {
  const { tool, limits } = entry;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error("the time is over")), limits.timeoutMs);
  const signal = AbortSignal.any([options.signal, deadline.signal]);
  const call = async (): Promise<JsonObject> =>
    tool.run(request.args, {
      signal,
      invocationId: request.invocation_id,
      context: request.context ?? {},
      via: viaOf(request.extensions),
      ...(request.caller ? { caller: request.caller } : {}),
    });
  try {
    return judged(entry, await raced(call(), signal), options);
  } catch (error) {
    if (options.signal.aborted) return canceled(entry);
    if (deadline.signal.aborted)
      return failure("tool.timeout", `"${tool.id}" took longer than ${limits.timeoutMs} ms.`);
    if (error instanceof ToolError) return { error: error.detail };
    options.onFailure(error);
    return failure("tool.handler_error", `"${tool.id}" failed for a reason of its own.`);
  } finally {
    clearTimeout(timer);
  }
}

function judged(entry: CatalogEntry, result: unknown, options: InvokeOptions): Outcome {
  const { tool, limits } = entry;
  if (!isObject(result)) throw new Error(`tool "${tool.id}" returned no object`);
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > limits.maxResultBytes) {
    const details = { bytes, max_bytes: limits.maxResultBytes };
    return failure("tool.result_too_large", `The result of "${tool.id}" is too large.`, { details });
  }
  const issues = entry.resultIssues(result);
  if (issues.length === 0) return { result };
  options.onFailure(new Error(`tool "${tool.id}" returned what it should not: ${issues.join("; ")}`));
  return failure("tool.handler_error", `The result of "${tool.id}" does not fit its output_schema.`);
}

/** Hardly anyone reads it: the caller has left. */
function canceled({ tool }: CatalogEntry): Outcome {
  return failure("tool.canceled", `The call to "${tool.id}" was canceled.`);
}

function failure(code: string, message: string, more: Partial<ErrorDetail> = {}): Outcome {
  return { error: { code, message, ...more } };
}
