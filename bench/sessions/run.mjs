/**
 * The session operator: durable messages over HTTP, their way to a peer, one session with 1,000 connected agents, replay,
 * the memory of an idle agent, and whether the time of a refusal tells what it hides.
 */
import { fanOut } from "./fan-out.mjs";
import { hiding } from "./hiding.mjs";
import { latency } from "./latency.mjs";
import { memory } from "./memory.mjs";
import { replay } from "./replay.mjs";
import { send } from "./send.mjs";

const parts = { send, latency, "fan-out": fanOut, replay, memory, hiding };

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
