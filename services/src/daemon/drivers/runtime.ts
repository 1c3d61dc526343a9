import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { ExecutorConfig } from "../../runtime/executors/config.js";
import type { InstanceConfig } from "../instance/config.js";
import type { RuntimeDriver } from "./config.js";
import { type Driver, environmentOf, type Surroundings } from "./driver.js";

/** By its name in the package, as a child runs what was built, also where this module is run from its source. */
const ENTRY = createRequire(import.meta.url).resolve("#runtime-instance");

/** The reference runtime. */
export const runtimeDriver: Driver<RuntimeDriver> = (config, launch, surroundings) => {
  const { executor, max_concurrent_runs, max_queued_runs } = config;
  const { toolRegistry, auth, retention } = surroundings;
  // A token goes only where it belongs, not to a registry that somebody else has named.
  const isOurs = (launch.settings.tool_registry_url ?? toolRegistry?.url) === toolRegistry?.url;
  const message: InstanceConfig = {
    instanceId: launch.instanceId,
    port: launch.port,
    token: launch.token,
    database: join(launch.folder, "runtime.db"),
    folder: resolve(surroundings.folder ?? "."),
    ...(executor ? { executor, variables: variablesOf(executor, surroundings) } : {}),
    ...(isOurs && toolRegistry?.token !== undefined ? { toolRegistryToken: toolRegistry.token } : {}),
    ...(auth ? { auth } : {}),
    ...(retention ? { retention } : {}),
    ...(max_concurrent_runs === undefined ? {} : { maxConcurrentRuns: max_concurrent_runs }),
    ...(max_queued_runs === undefined ? {} : { maxQueuedRuns: max_queued_runs }),
  };
  return {
    command: process.execPath,
    args: [ENTRY, ...(launch.settings.args ?? [])],
    env: { LOG_LEVEL: "info", ...environmentOf(launch, surroundings) },
    message,
    token: launch.token,
  };
};

/** The variables that an executor's configuration names, and no others of this process: they hold secrets. */
function variablesOf(executor: ExecutorConfig, { environment = process.env }: Surroundings): Record<string, string> {
  const names = namesOf(executor).flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(names);
}

function namesOf(executor: ExecutorConfig): string[] {
  if (executor.kind === "openai-compatible") {
    return ["OPENAI_BASE_URL", "OPENAI_MODEL", executor.api_key_env ?? "OPENAI_API_KEY"];
  }
  if (executor.kind !== "process") return [];
  return Object.values(executor.env ?? {}).flatMap((value) => (typeof value === "string" ? [] : [value.env]));
}
