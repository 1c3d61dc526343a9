import type { ExecutorConfig } from "../../runtime/executors/config.js";
import type { Retention } from "../../storage/pruner.js";
import type { PlainAuth } from "../drivers/driver.js";

/** What the Daemon tells a reference runtime that it starts: JSON, over the channel between them. */
export interface InstanceConfig {
  readonly instanceId: string;
  readonly port: number;
  /** The Daemon's own. */
  readonly token: string;
  /** The path of its SQLite file. */
  readonly database: string;
  /** Where relative paths of the executor begin. */
  readonly folder: string;
  readonly executor?: ExecutorConfig;
  /** The variables that the executor may read. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly toolRegistryToken?: string;
  /** Who else may call it. */
  readonly auth?: PlainAuth;
  readonly maxConcurrentRuns?: number;
  readonly maxQueuedRuns?: number;
  readonly retention?: Retention;
}
