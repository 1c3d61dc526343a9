import type { ToolRegistryClient } from "@agentwire/client/tool-registry";
import type { ToolDefinition, ToolInvocationRequest, ToolInvocationResult } from "@agentwire/models/tool-registry";

/** What an MCP server needs of a tool registry, in this process or elsewhere. */
export interface ToolDirectory {
  list(signal: AbortSignal): Promise<readonly ToolDefinition[]>;
  call(request: ToolInvocationRequest, signal: AbortSignal): Promise<ToolInvocationResult>;
  /** Calls whenever the list is another; returns what ends that. */
  watch(changed: () => void): () => void;
}

const LOOK_EVERY_MS = 15_000;

/** A registry that is reached by its client. Whether its list has changed is looked up every now and then. */
export function remoteDirectory(client: ToolRegistryClient, lookEveryMs = LOOK_EVERY_MS): ToolDirectory {
  return {
    list: async (signal) => client.listTools({}, { signal }),
    call: async (body, signal) => client.invokeTool({ body }, { signal, timeoutMs: 0 }),
    watch(changed) {
      let known: string | undefined;
      const look = async (): Promise<void> => {
        const listed = JSON.stringify(await client.listTools());
        if (known !== undefined && known !== listed) changed();
        known = listed;
      };
      // While the registry cannot be asked, its list is the last one.
      const lookAgain = (): void => void look().catch(() => undefined);
      lookAgain();
      const timer = setInterval(lookAgain, lookEveryMs);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
