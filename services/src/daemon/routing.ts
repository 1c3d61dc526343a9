import { Problem } from "@agentwire/kit/server";
import type { InstanceState } from "@agentwire/models/daemon";
import type { RuntimeSelector } from "@agentwire/models/runtime";

/** What routing looks at. */
export interface Candidate {
  readonly id: string;
  readonly state: InstanceState;
  readonly load: number;
  readonly facts: { readonly runtime_profile?: string; readonly runtime_name?: string };
}

/**
 * Chooses the instance for a run: of those that the selector names, the ready one that has least to do; of equals
 * the one known longest. `runtime_api_endpoint` is not looked at here.
 * @throws Problem `not_found` when nothing fits, `conflict` when something fits but cannot take runs
 */
export function route<T extends Candidate>(selector: RuntimeSelector, instances: readonly T[]): T {
  const fitting = instances.filter((instance) => fits(selector, instance));
  if (fitting.length === 0) throw new Problem("not_found", "No instance fits the runtime_selector.");
  const ready = fitting.filter(({ state }) => state === "ready");
  const [first, ...others] = ready;
  if (!first) {
    const states = [...new Set(fitting.map(({ state }) => state))].join(", ");
    throw new Problem("conflict", `No fitting instance can take runs now (${states}).`, { retryable: true });
  }
  return others.reduce((best, instance) => (instance.load < best.load ? instance : best), first);
}

/** An instance that is named counts alone, whatever else the selector says. */
function fits({ instance_id, runtime_profile, runtime_name }: RuntimeSelector, { id, facts }: Candidate): boolean {
  if (instance_id !== undefined) return id === instance_id;
  return (
    (runtime_profile === undefined || facts.runtime_profile === runtime_profile) &&
    (runtime_name === undefined || facts.runtime_name === runtime_name)
  );
}
