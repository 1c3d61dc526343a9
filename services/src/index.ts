/** The reference services of Agentwire. */
export { type AllowEndpoint, loopbackOnly } from "./daemon/endpoint.js";
export {
  InProcessLauncher,
  type InProcessOptions,
  type LaunchedRuntime,
  type LaunchRequest,
  type RuntimeLauncher,
} from "./daemon/launcher.js";
export { type DaemonOptions, DaemonService } from "./daemon/service.js";
export {
  type Executor,
  type ExecutorContext,
  type Progress,
  RunFailure,
  type ToolOutcome,
} from "./runtime/executor.js";
export { planner } from "./runtime/planner/planner.js";
export { type RuntimeOptions, RuntimeService } from "./runtime/service.js";
export { type SessionOptions, SessionService } from "./session/service.js";
export { type Stack, type StackOptions, startStack } from "./stack.js";
export type { ToolSourceConfig } from "./tool-registry/config/config.js";
export { readToolSources } from "./tool-registry/config/read.js";
export { toolSourcesSchema } from "./tool-registry/config/schema.js";
export { remoteDirectory, type ToolDirectory } from "./tool-registry/mcp-server/directory.js";
export { type McpStdioOptions, serveMcpStdio } from "./tool-registry/mcp-server/stdio.js";
export { type ToolRegistryOptions, ToolRegistryService } from "./tool-registry/service.js";
export { type JsonObject, type Tool, type ToolContext, ToolError, type ToolLimits } from "./tool-registry/tool.js";
