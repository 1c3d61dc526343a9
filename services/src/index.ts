/** The reference services of Agentwire. */
export type { StackConfig } from "./config/config.js";
export { type EffectiveConfig, effectiveConfig, type Surroundings } from "./config/effective.js";
export { DEFAULT_PORTS, type Ports, SERVICE_NAMES, type ServiceName } from "./config/names.js";
export { stackSchema } from "./config/schema.js";
export type { CommandDriver, DriverConfig, RuntimeDriver } from "./daemon/drivers/config.js";
export type { Surroundings as InstanceSurroundings } from "./daemon/drivers/driver.js";
export { type AllowEndpoint, loopbackAnd, loopbackOnly } from "./daemon/endpoint.js";
export type { InstanceLimits } from "./daemon/instance/limits.js";
export { type DaemonOptions, DaemonService } from "./daemon/service.js";
export {
  type Executor,
  type ExecutorContext,
  type Progress,
  RunFailure,
  type ToolOutcome,
} from "./runtime/executor.js";
export type { ExecutorConfig } from "./runtime/executors/config.js";
export { executorOf } from "./runtime/executors/configured.js";
export { type OpenAiOptions, openAiExecutor } from "./runtime/executors/openai/openai.js";
export { type ProcessOptions, processExecutor } from "./runtime/executors/process/process.js";
export { planner } from "./runtime/planner/planner.js";
export { type RuntimeOptions, RuntimeService } from "./runtime/service.js";
export { type SessionOptions, SessionService } from "./session/service.js";
export { type Stack, type StackOptions, startStack } from "./stack.js";
export type { Retention } from "./storage/pruner.js";
export { IN_MEMORY, openSqlite } from "./storage/sqlite/storage.js";
export * from "./storage/storage.js";
export type { ToolSourceConfig } from "./tool-registry/config/config.js";
export { readToolSources } from "./tool-registry/config/read.js";
export { toolSourcesSchema } from "./tool-registry/config/schema.js";
export { remoteDirectory, type ToolDirectory } from "./tool-registry/mcp-server/directory.js";
export { type McpStdioOptions, serveMcpStdio } from "./tool-registry/mcp-server/stdio.js";
export { type ToolRegistryOptions, ToolRegistryService } from "./tool-registry/service.js";
export { type JsonObject, type Tool, type ToolContext, ToolError, type ToolLimits } from "./tool-registry/tool.js";
