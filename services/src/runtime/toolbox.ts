import type { ToolRegistryClient } from "@agentwire/client/tool-registry";
import type { ToolPolicy } from "@agentwire/models/runtime";
import type { ToolDefinition } from "@agentwire/models/tool-registry";
import { newId } from "../shared/ids.js";
import { RunFailure, type ToolOutcome } from "./executor.js";
import { permits } from "./policy.js";

/** The tools of one run: those of the registry that its policy permits. */
export interface Toolbox {
  /** @throws RunFailure when the registry does not answer */
  list(signal: AbortSignal): Promise<ToolDefinition[]>;
  call(toolId: string, args: Record<string, unknown>, signal: AbortSignal): Promise<ToolOutcome>;
}

/** The toolbox of a run, over the wire. Without a registry it is empty. */
export function toolbox(registry: ToolRegistryClient | undefined, runId: string, policy: ToolPolicy): Toolbox {
  return {
    async list(signal) {
      // A run that may use no tool does not depend on the registry.
      if (!registry || policy.allow_tool_ids?.length === 0) return [];
      try {
        const tools = await registry.listTools({}, { signal });
        return tools.filter(({ tool_id }) => permits(policy, tool_id));
      } catch (error) {
        signal.throwIfAborted();
        throw new RunFailure("tool_registry.unavailable", `The tool registry cannot be asked: ${messageOf(error)}`, {
          retryable: true,
        });
      }
    },
    async call(toolId, args, signal) {
      if (!permits(policy, toolId)) return refusal("tool.not_allowed", `The tool policy does not permit "${toolId}".`);
      if (!registry) return refusal("tool.not_found", `There is no tool "${toolId}".`);
      const caller = { type: "run", id: runId };
      try {
        const body = { invocation_id: newId("inv"), tool_id: toolId, args, caller };
        const { ok, result, error } = await registry.invokeTool({ body }, { signal });
        if (ok) return { ok: true, result: result ?? {} };
        return { ok: false, error: error ?? { code: "tool.failed", message: `"${toolId}" gave no reason.` } };
      } catch (error) {
        signal.throwIfAborted();
        return refusal("tool_registry.unavailable", `The tool registry cannot be asked: ${messageOf(error)}`);
      }
    },
  };
}

function refusal(code: string, message: string): ToolOutcome {
  return { ok: false, error: { code, message } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
