import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import pc from "picocolors";
import { newId } from "../shared/ids.js";
import { exitCodes, type Host } from "./host.js";
import { printable } from "./logger.js";
import { clientOptions, jsonObject, printJson, type RemoteOptions, table, withService } from "./remote.js";

export interface ToolsOptions extends RemoteOptions {
  readonly call?: string;
}

/** `agentwire tools`. The exit code of a call says whether the tool succeeded. */
export async function tools(id: string | undefined, options: ToolsOptions, host: Host): Promise<number> {
  if (id === undefined && options.call !== undefined) throw host.usageError("--call needs the id of a tool");
  const args = options.call === undefined ? undefined : jsonObject(options.call, "--call", host.usageError);
  return await withService("tool-registry", options.url, async () => {
    const registry = new ToolRegistryClient(clientOptions("tool-registry", options));
    if (id === undefined) {
      const found = await registry.listTools();
      if (options.json) printJson(found);
      else {
        const rows = found.map(({ tool_id, source, description = "" }) => [tool_id, source, description.slice(0, 80)]);
        process.stdout.write(table(["tool", "source", "description"], rows));
      }
      return exitCodes.ok;
    }
    if (args === undefined) {
      const tool = await registry.getTool({ path: { tool_id: id } });
      process.stdout.write(`${printable(JSON.stringify(tool, null, 2))}\n`);
      return exitCodes.ok;
    }
    const result = await registry.invokeTool({ body: { invocation_id: newId("inv"), tool_id: id, args } });
    if (options.json) printJson(result);
    else if (result.ok) process.stdout.write(`${printable(JSON.stringify(result.result, null, 2))}\n`);
    else process.stderr.write(`${pc.red("error")} ${printable(`${result.error?.code}: ${result.error?.message}`)}\n`);
    return result.ok ? exitCodes.ok : exitCodes.failed;
  });
}
