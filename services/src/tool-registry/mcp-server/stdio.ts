import type { Readable, Writable } from "node:stream";
import type { ToolDirectory } from "./directory.js";

export interface McpStdioOptions {
  /** Default: standard input. */
  readonly input?: Readable;
  /** Default: standard output; nothing else may be written there. */
  readonly output?: Writable;
}

/**
 * Offers the tools of a registry as an MCP server over standard input and output.
 * @returns resolves when the other side has left
 */
export async function serveMcpStdio(
  directory: ToolDirectory,
  { input = process.stdin, output = process.stdout }: McpStdioOptions = {},
): Promise<void> {
  // Whoever imports this package and serves no MCP does not wait for the SDK.
  const [{ StdioServerTransport }, { mcpServerOf }] = await Promise.all([
    import("@modelcontextprotocol/sdk/server/stdio.js"),
    import("./server.js"),
  ]);
  const server = mcpServerOf(directory);
  await server.connect(new StdioServerTransport(input, output));
  // The SDK's transport does not notice when its input ends.
  await new Promise<void>((resolve) => {
    input.once("end", resolve);
    input.once("close", resolve);
    output.once("error", () => resolve());
  });
  await server.close();
}
