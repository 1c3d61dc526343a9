import type { RequestContext, Server, ServerOptions } from "@agentwire/kit/server";
import { DaemonService } from "../../../services/src/daemon/service.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";

/** A service, and the operation that tests of auth call: it answers `admitted` to whoever may call it. */
export interface Guarded {
  readonly make: (options: ServerOptions) => Server;
  readonly path: string;
  readonly method: string;
  readonly admitted: number;
  /** Takes a body. */
  readonly post: string;
}

export const SERVICES: readonly (readonly [string, Guarded])[] = [
  [
    "runtime",
    {
      make: (options) => new RuntimeService(options),
      path: "/v1/runs/none",
      method: "getRunStatus",
      admitted: 404,
      post: "/v1/runs",
    },
  ],
  [
    "tool registry",
    {
      make: (options) => new ToolRegistryService(options),
      path: "/v1/tools",
      method: "listTools",
      admitted: 200,
      post: "/v1/tool-invocations",
    },
  ],
  [
    "daemon",
    {
      make: (options) => new DaemonService(options),
      path: "/v1/instances",
      method: "listInstances",
      admitted: 200,
      post: "/v1/runs",
    },
  ],
];

/** Tells of the callers of an operation, which never appear on the wire. */
export function callersOf(server: Server, method: string): string[] {
  const subjects: string[] = [];
  const methods = server as unknown as Record<string, (contents: unknown, context: RequestContext) => unknown>;
  const written = methods[method];
  methods[method] = (contents, context) => {
    subjects.push(context.principal?.subject ?? "(nobody)");
    return written?.call(server, contents, context);
  };
  return subjects;
}
