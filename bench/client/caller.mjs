// A process that calls in one way, whenever it is told to: `node caller.mjs WAY BASE_URL`. What one way leaves behind for
// the garbage collector is no burden to the others.
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { undiciTransport } from "@agentwire/kit/undici";

const [, , way, baseUrl] = process.argv;
const get = (options) => {
  const client = new ToolRegistryClient({ baseUrl, ...options });
  return () => client.getTool({ path: { tool_id: "adder" } });
};
const ways = {
  fetch: () => async () => (await fetch(`${baseUrl}/v1/tools/adder`)).json(),
  client: () => get({}),
  undici: () => get({ transport: undiciTransport() }),
  pipelined: () => get({ transport: undiciTransport({ connections: 16, pipelining: 4 }) }),
};
const call = ways[way]();

process.on("message", async ({ inFlight, milliseconds }) => {
  const started = performance.now();
  let calls = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (; performance.now() < started + milliseconds; calls += 1) await call();
    }),
  );
  process.send({ rate: (calls / (performance.now() - started)) * 1000 });
});
process.send("ready");
