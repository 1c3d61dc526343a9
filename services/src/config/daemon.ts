import type { DriverConfig } from "../daemon/drivers/config.js";
import { loopbackAnd } from "../daemon/endpoint.js";
import type { InstanceLimits } from "../daemon/instance/limits.js";
import type { DaemonOptions } from "../daemon/service.js";
import type { ExecutorConfig } from "../runtime/executors/config.js";
import type { DaemonConfig } from "./config.js";

/** The daemon's part of a configuration, as the daemon takes it. */
export function daemonOptionsOf(config: DaemonConfig, executor: ExecutorConfig | undefined): DaemonOptions {
  const planner: DriverConfig = {
    kind: "runtime",
    description: "The reference runtime, with the agent of this stack.",
    ...(executor ? { executor } : {}),
  };
  const { profiles = { planner }, default_driver = planner, allow_hosts = [], max_runs, lost_after_ms } = config;
  return {
    drivers: profiles,
    defaultDriver: default_driver,
    allowEndpoint: loopbackAnd(allow_hosts),
    instances: limitsOf(config),
    ...(max_runs === undefined ? {} : { maxRuns: max_runs }),
    ...(lost_after_ms === undefined ? {} : { lostAfterMs: lost_after_ms }),
  };
}

function limitsOf(config: DaemonConfig): Partial<InstanceLimits> {
  const limits: Partial<Record<keyof InstanceLimits, number | undefined>> = {
    maxInstances: config.max_instances,
    maxRunsPerInstance: config.max_runs_per_instance,
    startTimeoutMs: config.start_timeout_ms,
    stopTimeoutMs: config.stop_timeout_ms,
    drainTimeoutMs: config.drain_timeout_ms,
    probeIntervalMs: config.probe_interval_ms,
    hangTimeoutMs: config.hang_timeout_ms,
    maxLogBytes: config.max_log_bytes,
  };
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
