// GETs a second with 64 of them in flight: the class client over `fetch` and over undici, beside bare `fetch`.
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { undiciTransport } from "@agentwire/kit/undici";
import { median } from "./processor-time.mjs";

const IN_FLIGHT = 64;
const ROUND_MS = 700;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 3;

export async function throughput(baseUrl) {
  const transports = [undiciTransport(), undiciTransport({ connections: 16, pipelining: 4 })];
  const get = (client) => () => client.getTool({ path: { tool_id: "adder" } });
  const subjects = [
    ["fetch", async () => (await fetch(`${baseUrl}/v1/tools/adder`)).json()],
    ["Agentwire over fetch", get(new ToolRegistryClient({ baseUrl }))],
    ["Agentwire over undici", get(new ToolRegistryClient({ baseUrl, transport: transports[0] }))],
    ["Agentwire over undici, 16 connections of 4", get(new ToolRegistryClient({ baseUrl, transport: transports[1] }))],
  ];
  const rates = subjects.map(() => []);
  // Compilers take their time: the first seconds of a subject are not its speed.
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) for (const [, call] of subjects) await rate(call);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, [, call]] of subjects.entries()) rates[index].push(await rate(call));
  await Promise.all(transports.map((transport) => transport.close()));
  const rows = subjects.map(([subject], index) => ({
    what: `GETs with ${IN_FLIGHT} in flight`,
    subject,
    value: Math.round(median(rates[index])),
    unit: "1/s",
  }));
  for (const index of [2, 3]) {
    const value = median(rates[index].map((each, round) => each / rates[0][round]));
    rows.push({ what: "times as many as fetch", subject: subjects[index][0], value, unit: "x", target: ">= 5" });
  }
  return rows;
}

/** Calls a second. */
async function rate(call) {
  const end = performance.now() + ROUND_MS;
  const started = performance.now();
  let calls = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (; performance.now() < end; calls += 1) await call();
    }),
  );
  return (calls / (performance.now() - started)) * 1000;
}
