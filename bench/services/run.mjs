/**
 * The reference services: durable appends, runs over HTTP, events on their way to many readers, the daemon's part of a
 * call, and the start and the memory of the stack. Each beside a floor that does the least that could do the job.
 */
import { appends } from "./appends.mjs";
import { creates } from "./creates.mjs";
import { fanOut } from "./fan-out.mjs";
import { latency } from "./latency.mjs";
import { proxy } from "./proxy.mjs";
import { start } from "./start.mjs";

const parts = { appends, creates, latency, "fan-out": fanOut, proxy, start };

export async function run({ log = () => undefined, args = [] } = {}) {
  const wanted = args.length === 0 ? Object.keys(parts) : args;
  const rows = [];
  for (const name of wanted) {
    if (!parts[name]) throw new Error(`there is no part "${name}"; there are ${Object.keys(parts).join(", ")}`);
    log(name);
    rows.push(...(await parts[name]({ log })));
  }
  return rows;
}
