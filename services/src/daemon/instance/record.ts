import type { InstanceRegisterRequest, LaunchSettings, RuntimeInstance } from "@agentwire/models/daemon";
import type { Document } from "../../storage/storage.js";

/** The collection of all instances. */
export const INSTANCES = "instance";

/** What an instance is besides its address. */
export interface InstanceFacts extends Omit<RuntimeInstance, "state" | "runtime_api_endpoint" | "runtime_version"> {
  readonly managed: boolean;
}

/** What is kept of an instance. A token is not: each start makes up its own. */
export type InstanceRecord =
  | { readonly facts: InstanceFacts; readonly url: string }
  | {
      readonly facts: InstanceFacts;
      /** The profile, whose driver the operator's configuration holds. */
      readonly profile: string;
      readonly settings: LaunchSettings;
      readonly port?: number | undefined;
    };

export function documentOf(record: InstanceRecord): Document {
  return { collection: INSTANCES, id: record.facts.instance_id, body: record };
}

/** What is known of a runtime that somebody registers. */
export function factsOf(instanceId: string, request: InstanceRegisterRequest): InstanceFacts {
  const { runtime_api_endpoint: _, ...rest } = request;
  return { instance_id: instanceId, managed: false, ...rest };
}
