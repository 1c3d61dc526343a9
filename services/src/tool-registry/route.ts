import type { JsonObject } from "./tool.js";

/**
 * The key below `extensions` that names the registries which a call has come through, or a listed tool leads through.
 * Registries may offer each other's tools, and must notice when they come round: a list that grows with every refresh,
 * a call that never ends. It stands in the body, and in no header, so that whoever hands a request on hands on this too.
 */
export const VIA = "agentwire.via";

/** Registries in a row: far more than anyone needs, and an end for those that do not keep to the rule. */
export const MAX_HOPS = 8;

/** The ids of the registries, in the order of the way; none where it says nothing that makes sense. */
export function viaOf(extensions: JsonObject | undefined): readonly string[] {
  const via = extensions?.[VIA];
  return Array.isArray(via) ? via.filter((id) => typeof id === "string") : [];
}

/** Has this way come round to a registry, or become too long? */
export function isLoop(via: readonly string[], registryId: string): boolean {
  return via.includes(registryId) || via.length >= MAX_HOPS;
}
