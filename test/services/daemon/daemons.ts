import { fileURLToPath } from "node:url";
import { DaemonClient } from "@agentwire/client/daemon";
import type { RunStatus } from "@agentwire/models/runtime";
import type { DriverConfig } from "../../../services/src/daemon/drivers/config.js";
import { type DaemonOptions, DaemonService } from "../../../services/src/daemon/service.js";
import { serve, type Way } from "../support.js";

export const profile = { runtime_profile: "plain" };
export const goal = { input: { goal: "1 + 1" } };
export const ended = ({ ended_at }: RunStatus) => ended_at !== undefined;

/** A file beside these tests. */
export const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The reference runtime with an agent of `agents/agents.mjs`. */
export function agent(name: string, more: Partial<DriverConfig> = {}): DriverConfig {
  const executor = { kind: "function", module: beside("agents/agents.mjs"), export: name } as const;
  return { kind: "runtime", executor, ...more } as DriverConfig;
}

/** A daemon until the test is over, with the profile "plain". */
export async function start(options: DaemonOptions = {}, way: Way = "in memory"): Promise<DaemonClient> {
  const client = new DaemonClient(await serve(new DaemonService(options), way));
  await client.upsertRuntimeProfile({ path: profile, body: { description: "A profile of a test." } });
  return client;
}

/** Is there still such a process? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
