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
 * the one known longest. Where none is ready, one that is starting will be. `runtime_api_endpoint` is not looked at
 * here.
 * @throws Problem `instances.not_found` when nothing fits, `instances.not_ready` when the named instance cannot take
 * runs, `instances.no_ready` when none of those that fit can
 */
export function route<T extends Candidate>(selector: RuntimeSelector, instances: readonly T[]): T {
  const fitting = instances.filter((instance) => fits(selector, instance));
  if (fitting.length === 0) {
    throw new Problem("instances.not_found", "No instance fits the runtime_selector.", { status: 404 });
  }
  const chosen = leastLoaded(fitting, "ready") ?? leastLoaded(fitting, "starting");
  if (chosen) return chosen;
  const states = [...new Set(fitting.map(({ state }) => state))].join(", ");
  throw selector.instance_id === undefined
    ? notNow("instances.no_ready", `No fitting instance can take runs now (${states}).`)
    : notNow("instances.not_ready", `The instance cannot take runs now (${states}).`);
}

/** Is there nothing ready for a selector, but something that did not answer last time and may be back? */
export function mayBeBack(selector: RuntimeSelector, instances: readonly Candidate[]): boolean {
  const states = instances.filter((instance) => fits(selector, instance)).map(({ state }) => state);
  return states.includes("error") && !states.includes("ready");
}

function notNow(code: string, message: string): Problem {
  return new Problem(code, message, { status: 409, retryable: true });
}

function leastLoaded<T extends Candidate>(instances: readonly T[], wanted: InstanceState): T | undefined {
  const [first, ...others] = instances.filter(({ state }) => state === wanted);
  return first && others.reduce((best, instance) => (instance.load < best.load ? instance : best), first);
}

/** An instance that is named counts alone, whatever else the selector says. */
function fits({ instance_id, runtime_profile, runtime_name }: RuntimeSelector, { id, facts }: Candidate): boolean {
  if (instance_id !== undefined) return id === instance_id;
  return (
    (runtime_profile === undefined || facts.runtime_profile === runtime_profile) &&
    (runtime_name === undefined || facts.runtime_name === runtime_name)
  );
}
