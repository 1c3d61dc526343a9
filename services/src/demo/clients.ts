import { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import { SessionClient } from "@agentwire/client/session";
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { bearer } from "@agentwire/kit/client";
import type { WholeStack } from "./stack.js";

/** A generated client for each service. */
export interface Clients {
  readonly runtime: RuntimeClient;
  readonly toolRegistry: ToolRegistryClient;
  readonly daemon: DaemonClient;
  /** For the administrator of the session network. */
  readonly admin: SessionClient;
}

export function clientsOf({ urls, adminToken }: WholeStack): Clients {
  return {
    runtime: new RuntimeClient({ baseUrl: urls.runtime }),
    toolRegistry: new ToolRegistryClient({ baseUrl: urls["tool-registry"] }),
    daemon: new DaemonClient({ baseUrl: urls.daemon }),
    admin: new SessionClient({ baseUrl: urls.session, auth: { AdminToken: bearer(adminToken) } }),
  };
}
