import type { ToolDefinition } from "@agentwire/models/tool-registry";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ErrorCode, ListToolsRequestSchema, McpError } from "@modelcontextprotocol/sdk/types.js";
import { newId } from "../../shared/ids.js";
import { VERSION } from "../../shared/version.js";
import type { ToolDirectory } from "./directory.js";
import { mcpResultOf, mcpToolOf } from "./mapping.js";

const PAGE_SIZE = 100;

/** An MCP server that offers the tools of a registry, for one connection. Connect it to a transport. */
export function mcpServerOf(directory: ToolDirectory): Server {
  const info = { name: "agentwire-tool-registry", title: "Agentwire Tool Registry", version: VERSION };
  const server = new Server(info, { capabilities: { tools: { listChanged: true } } });
  /** Ids by the names under which they were listed. */
  const ids = new Map<string, string>();

  server.setRequestHandler(ListToolsRequestSchema, async ({ params }, { signal }) => {
    const { page, nextCursor } = pageOf(await directory.list(signal), params?.cursor);
    const tools = page.map((definition) => {
      const tool = mcpToolOf(definition);
      ids.set(tool.name, definition.tool_id);
      return tool;
    });
    return { tools, ...(nextCursor === undefined ? {} : { nextCursor }) };
  });

  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const client = server.getClientVersion()?.name;
    const outcome = await directory.call(
      {
        invocation_id: newId("inv"),
        tool_id: ids.get(params.name) ?? params.name,
        args: params.arguments ?? {},
        ...(client === undefined ? {} : { caller: { type: "mcp-client", id: client } }),
      },
      signal,
    );
    if (outcome.error?.code === "tool.not_found") throw new McpError(ErrorCode.InvalidParams, outcome.error.message);
    return mcpResultOf(outcome);
  });

  server.oninitialized = () => {
    // A connection that is gone needs no notice.
    const end = directory.watch(() => void server.sendToolListChanged().catch(() => undefined));
    server.onclose = end;
  };
  return server;
}

/** The tools after the one that the cursor names, so that a list that changes meanwhile loses none. */
function pageOf(
  definitions: readonly ToolDefinition[],
  cursor: string | undefined,
): { readonly page: readonly ToolDefinition[]; readonly nextCursor?: string } {
  const start = cursor === undefined ? 0 : 1 + definitions.findIndex(({ tool_id }) => cursorOf(tool_id) === cursor);
  if (cursor !== undefined && start === 0) {
    throw new McpError(ErrorCode.InvalidParams, "The cursor leads nowhere: the list has changed, so begin anew.");
  }
  const page = definitions.slice(start, start + PAGE_SIZE);
  const last = page.at(-1);
  if (!last || start + PAGE_SIZE >= definitions.length) return { page };
  return { page, nextCursor: cursorOf(last.tool_id) };
}

function cursorOf(toolId: string): string {
  return Buffer.from(toolId).toString("base64url");
}
