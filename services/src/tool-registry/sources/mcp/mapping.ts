import type { Metadata } from "@agentwire/models/common";
import { safeName } from "../../safe-name.js";
import { isObject, type JsonObject, type Tool, type ToolContext, ToolError, type ToolLimits } from "../../tool.js";

/** How a tool of a server is called. */
export type CallMcpTool = (name: string, args: JsonObject, context: ToolContext) => Promise<JsonObject>;

const MAX_ERROR_CHARACTERS = 4000;

/** A tool of an MCP server as the registry knows tools; undefined for what is none. */
export function toolOf(server: string, listed: unknown, limits: ToolLimits, call: CallMcpTool): Tool | undefined {
  if (!isObject(listed)) return undefined;
  const { name, description, inputSchema, outputSchema } = listed;
  if (typeof name !== "string" || name === "" || !isObject(inputSchema)) return undefined;
  const id = safeName(name, `${server}.`);
  const metadata = metadataOf(listed);
  return {
    ...limits,
    id,
    // Names must be unique in a registry, and servers call their tools alike.
    name: id,
    ...(typeof description === "string" ? { description } : {}),
    inputSchema,
    ...(isObject(outputSchema) ? { outputSchema } : {}),
    source: "remote",
    ...(metadata ? { metadata } : {}),
    run: (args, context) => call(name, args, context),
  };
}

/** The title and the hints of a tool, as annotations: they are claims of its server. */
function metadataOf({ title, annotations }: JsonObject): Metadata | undefined {
  const hints = isObject(annotations) ? Object.entries(annotations) : [];
  const texts = [...hints, ["title", title] as const].flatMap(([key, value]) =>
    typeof value === "string" || typeof value === "boolean" ? [[key, String(value)] as const] : [],
  );
  return texts.length > 0 ? { annotations: Object.fromEntries(texts) } : undefined;
}

/**
 * What came of a call: the structured content where there is some, else the content blocks as `{ content }`.
 * @throws ToolError when the server says that it failed
 */
export function resultOf(answer: JsonObject): JsonObject {
  const { structuredContent, isError } = answer;
  const content = Array.isArray(answer["content"]) ? answer["content"] : [];
  if (isError === true) throw new ToolError(textOf(content) || "The tool failed, and said no more.");
  return isObject(structuredContent) ? structuredContent : { content };
}

function textOf(content: readonly unknown[]): string {
  const texts = content.flatMap((block) => (isObject(block) && typeof block["text"] === "string" ? block["text"] : []));
  return texts.join("\n").slice(0, MAX_ERROR_CHARACTERS);
}
