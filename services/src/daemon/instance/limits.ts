import type { SupervisorLimits } from "./supervisor.js";

/** What instances may cost, and how long they may take. */
export interface InstanceLimits extends SupervisorLimits {
  /** Instances, managed and external together, that the Daemon keeps at most. */
  readonly maxInstances: number;
  /** Runs that one instance has at most before it counts as busy. */
  readonly maxRunsPerInstance: number;
  /** Milliseconds that the runs of an instance have to end when it is deleted. */
  readonly drainTimeoutMs: number;
  /** Milliseconds that a runtime has to answer. */
  readonly runtimeTimeoutMs: number;
}

export const defaultInstanceLimits: InstanceLimits = {
  maxInstances: 16,
  maxRunsPerInstance: 64,
  startTimeoutMs: 15_000,
  hangTimeoutMs: 30_000,
  stopTimeoutMs: 5000,
  drainTimeoutMs: 5000,
  runtimeTimeoutMs: 10_000,
  probeIntervalMs: 5000,
  maxCrashes: 5,
  crashWindowMs: 60_000,
  backOffMs: 200,
  maxBackOffMs: 10_000,
  maxLogBytes: 4 * 1024 * 1024,
};
