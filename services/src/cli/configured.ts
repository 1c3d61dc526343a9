import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { StackConfig } from "../config/config.js";
import { stackSchema } from "../config/schema.js";
import type { Host } from "./host.js";

const DEFAULT_FILE = "agentwire.stack.json";

export interface ReadConfig {
  readonly config: StackConfig;
  /** Where its relative paths begin. */
  readonly folder: string;
  /** Undefined where there is none. */
  readonly file: string | undefined;
}

/** The configuration of the stack: the given file, else the usual one, else an empty one. */
export async function readStackConfig(file: string | undefined, host: Host): Promise<ReadConfig> {
  const chosen = file ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  if (chosen === undefined) return { config: {}, folder: process.cwd(), file: undefined };
  const config = (await host.readChecked(chosen, stackSchema)) as StackConfig | undefined;
  if (config === undefined) throw host.usageError(`--config: there is no file ${chosen}`);
  return { config, folder: dirname(resolve(chosen)), file: chosen };
}
