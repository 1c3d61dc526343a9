import type { ErrorDetail } from "@agentwire/models/common";
import type { ToolDefinition, ToolInvocationResult } from "@agentwire/models/tool-registry";
import { type CallToolResult, CallToolResultSchema, type Tool } from "@modelcontextprotocol/sdk/types.js";
import { safeName } from "../safe-name.js";
import { isObject, type JsonObject } from "../tool.js";

/** Where a result of MCP carries the registry's own error. */
const ERROR_META = "dev.agentwire/error";

const HINTS = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] as const;

/** A tool of the registry as MCP describes tools. Its name is the id, as far as MCP allows. */
export function mcpToolOf({ tool_id, name, description, input_schema, output_schema, metadata }: ToolDefinition): Tool {
  const { title, ...others } = metadata?.annotations ?? {};
  const hints = HINTS.flatMap((hint) => (others[hint] === undefined ? [] : [[hint, others[hint] === "true"]]));
  return {
    name: safeName(tool_id),
    title: title ?? name,
    ...(description === undefined ? {} : { description }),
    // Arguments are always an object, whether the schema says so or not; MCP wants it said.
    inputSchema: { ...input_schema, type: "object" } as Tool["inputSchema"],
    ...(output_schema?.["type"] === "object" ? { outputSchema: output_schema as Tool["outputSchema"] } : {}),
    ...(hints.length > 0 ? { annotations: Object.fromEntries(hints) } : {}),
  };
}

/** The outcome of a call as MCP says it. What failed is a result too, so that a model can read why. */
export function mcpResultOf({ ok, result = {}, error }: ToolInvocationResult): CallToolResult {
  if (!ok) return failureOf(error ?? { code: "tool.execution_error", message: "The tool failed." });
  return contentOf(result) ?? { content: [textBlock(JSON.stringify(result))], structuredContent: result };
}

function failureOf(error: ErrorDetail): CallToolResult {
  const issues = error.details?.["issues"];
  const lines = [`${error.code}: ${error.message}`, ...(Array.isArray(issues) ? issues.map(String) : [])];
  return { isError: true, content: [textBlock(lines.join("\n"))], _meta: { [ERROR_META]: error } };
}

/** What came from an MCP server as content goes on as content: images stay images. */
function contentOf(result: JsonObject): CallToolResult | undefined {
  if (!isObject(result) || Object.keys(result).join() !== "content" || !Array.isArray(result["content"]))
    return undefined;
  const { success, data } = CallToolResultSchema.safeParse(result);
  return success ? data : undefined;
}

function textBlock(text: string): { type: "text"; text: string } {
  return { type: "text", text };
}
