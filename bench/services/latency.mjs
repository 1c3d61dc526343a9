// The time from an agent's event to a reader over SSE, with 200 runs under way, each event durable before it is sent.
import { once } from "node:events";
import { join } from "node:path";
import { child, inFolder, quantile, rounded } from "./lib.mjs";

const RUNS = 200;
const EVENTS = 100;
const EVERY_MS = 50;

export function latency() {
  return inFolder(async (folder) => {
    const server = await child("serve-runtime.mjs", "full", join(folder, "runtime.db"));
    const readers = await child("readers.mjs");
    const { port } = server.first;
    const paths = await Promise.all(
      Array.from({ length: RUNS }, async () => {
        const response = await fetch(`http://127.0.0.1:${port}/v1/runs`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ input: { goal: "talk", context: { count: EVENTS, every: EVERY_MS } } }),
        });
        return `/v1/runs/${(await response.json()).run_id}/events`;
      }),
    );
    readers.process.send({ port, paths, expected: EVENTS, ages: true });
    let waits;
    while (!waits) [{ waits }] = await once(readers.process, "message");
    for (const { process } of [server, readers]) process.kill();
    // Those of the first moments waited for their readers to connect.
    const settled = waits.slice(RUNS * 10);
    return [
      {
        what: "event to SSE reader, 200 runs",
        subject: "p50",
        value: rounded(quantile(settled, 0.5)),
        unit: "ms",
        target: "<= 5",
      },
      { what: "event to SSE reader, 200 runs", subject: "p99", value: rounded(quantile(settled, 0.99)), unit: "ms" },
    ];
  });
}
