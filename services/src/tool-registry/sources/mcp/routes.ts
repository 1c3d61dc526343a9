import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { McpRoute } from "./mcp-source.js";
import type { McpProgram, ProcessTransport } from "./process-transport.js";
import { sizeLimited } from "./size-limited.js";

/** A server that is a program on this machine, started anew for each connection. */
export function processRoute(program: McpProgram): McpRoute {
  let last: ProcessTransport | undefined;
  return {
    async open() {
      const { ProcessTransport } = await import("./process-transport.js");
      last = new ProcessTransport(program);
      return last;
    },
    ending: () => last?.ending ?? "it is not connected yet",
  };
}

/** A server over streamable HTTP. */
export function httpRoute(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { maxMessageBytes }: { readonly maxMessageBytes: number },
): McpRoute {
  return {
    async open() {
      const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
      const options = { requestInit: { headers }, fetch: sizeLimited(fetch, maxMessageBytes) };
      // The SDK's types were not made for `exactOptionalPropertyTypes`.
      return new StreamableHTTPClientTransport(url, options) as Transport;
    },
    ending: () => "its server cannot be reached",
  };
}
