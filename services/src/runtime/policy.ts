import type { ToolPolicy } from "@agentwire/models/runtime";

/** May a run use this tool? Deny wins; no list of allowed tools means all of them, an empty one means none. */
export function permits({ allow_tool_ids, deny_tool_ids }: ToolPolicy, toolId: string): boolean {
  if (deny_tool_ids?.includes(toolId)) return false;
  return allow_tool_ids === undefined || allow_tool_ids.includes(toolId);
}
