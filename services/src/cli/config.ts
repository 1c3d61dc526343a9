import { effectiveConfig } from "../config/effective.js";
import { stackSchema } from "../config/schema.js";
import { messageOf } from "../shared/signals.js";
import { readStackConfig } from "./configured.js";
import { exitCodes, type Host } from "./host.js";

/** `agentwire config`. Secrets are no part of a configuration: it names the variables that hold them. */
export async function config(
  { config: file, schema }: { config?: string; schema?: boolean },
  host: Host,
): Promise<number> {
  const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  if (schema) print(stackSchema);
  else {
    const { config, folder } = await readStackConfig(file, host);
    try {
      print(effectiveConfig(config, { folder }));
    } catch (error) {
      throw host.usageError(messageOf(error));
    }
  }
  return exitCodes.ok;
}
