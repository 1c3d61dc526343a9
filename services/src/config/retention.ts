import type { Retention } from "../storage/pruner.js";
import type { RetentionConfig } from "./config.js";

/** The limits as services take them; nothing where there is none. */
export function retentionOf(config: RetentionConfig = {}): { readonly retention?: Retention } {
  const { days, runs, grace_seconds: graceSeconds } = config;
  return days === undefined && runs === undefined ? {} : { retention: { days, runs, graceSeconds } };
}
