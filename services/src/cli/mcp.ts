import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { remoteDirectory } from "../tool-registry/mcp-server/directory.js";
import { serveMcpStdio } from "../tool-registry/mcp-server/stdio.js";
import { exitCodes } from "./host.js";
import { clientOptions, type RemoteOptions } from "./remote.js";

/** `agentwire mcp`: until whoever started it leaves. Nothing but the protocol goes to standard output. */
export async function mcp(options: Pick<RemoteOptions, "url" | "token">): Promise<number> {
  await serveMcpStdio(remoteDirectory(new ToolRegistryClient(clientOptions("tool-registry", options))));
  return exitCodes.ok;
}
