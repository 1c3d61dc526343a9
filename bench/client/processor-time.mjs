// Processor time of this process a call, beside that of bare `fetch` right before and after.
import { load } from "./subjects.mjs";

const CALLS = 40;
const WARM_UP_CALLS = 3000;

export async function processorTime({ subjects }, baseUrl, rounds) {
  const json = { accept: "application/json" };
  const sent = JSON.stringify({ invocation_id: "i", tool_id: "adder", args: { a: 1, b: 2 } });
  const bare = {
    get: async () => (await fetch(`${baseUrl}/v1/tools/adder`, { headers: json })).json(),
    post: async () =>
      (
        await fetch(`${baseUrl}/v1/tool-invocations`, {
          method: "POST",
          headers: { ...json, "content-type": "application/json" },
          body: sent,
        })
      ).json(),
  };
  // What every client pays that can end a call in time: Node's `fetch` takes signals dearly.
  const limited = {
    get: () => timely((signal) => fetch(`${baseUrl}/v1/tools/adder`, { headers: json, signal })),
    post: () =>
      timely((signal) =>
        fetch(`${baseUrl}/v1/tool-invocations`, {
          method: "POST",
          headers: { ...json, "content-type": "application/json" },
          body: sent,
          signal,
        }),
      ),
  };
  const clients = [
    ["fetch", bare],
    ["fetch with a time limit", limited],
  ];
  for (const subject of subjects) clients.push([subject.name, (await load(subject)).make(baseUrl)]);
  const rows = [];
  for (const way of ["get", "post"]) {
    for (const [, client] of clients) await times(WARM_UP_CALLS, client[way]);
    const taken = clients.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      const order = clients.map((_, index) => index);
      if (round % 2 === 1) order.reverse();
      for (const index of order) taken[index].push(await microseconds(clients[index][1][way]));
    }
    const what = `processor time of a ${way.toUpperCase()}`;
    rows.push({ what, subject: "fetch", value: median(taken[0]), unit: "us" });
    for (const [index, [subject]] of clients.entries()) {
      if (index === 0) continue;
      const value = median(taken[index].map((each, round) => each - taken[0][round]));
      const target = subject === "Agentwire class client" ? { target: "<= 15" } : {};
      rows.push({ what: `${what}, over fetch`, subject, value, unit: "us", ...target });
    }
  }
  return rows;
}

async function timely(send) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 30_000);
  try {
    return await (await send(controller.signal)).json();
  } finally {
    clearTimeout(timer);
  }
}

async function times(count, call) {
  for (let index = 0; index < count; index += 1) await call();
}

async function microseconds(call) {
  const before = process.cpuUsage();
  await times(CALLS, call);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
