// How long `agentwire up` takes until every service is healthy, and what memory the idle stack holds.
import { once } from "node:events";
import { inFolder, median, rounded } from "./lib.mjs";
import { residentKilobytes, startStack } from "./proxy.mjs";

const ROUNDS = 5;
const IDLE_MS = 3000;

export async function start({ log }) {
  const times = [];
  let memory = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    await inFolder(async (folder) => {
      const begin = performance.now();
      const stack = await startStack(folder);
      const paths = { "tool-registry": "/v1/health", runtime: "/v1/health", daemon: "/v1/health", session: "/health" };
      await Promise.all(Object.entries(stack.urls).map(([name, url]) => healthy(`${url}${paths[name]}`)));
      times.push(performance.now() - begin);
      if (round === ROUNDS) {
        await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
        memory = residentKilobytes(stack.process.pid) / 1024;
      }
      stack.process.kill("SIGTERM");
      await once(stack.process, "exit");
    });
    log(`round ${round} of ${ROUNDS}`);
  }
  return [
    {
      what: "agentwire up",
      subject: "to all healthy",
      value: rounded(median(times) / 1000),
      unit: "s",
      target: "<= 1.5",
    },
    { what: "memory of the idle stack", subject: "resident", value: rounded(memory, 0), unit: "MB", target: "<= 150" },
  ];
}

async function healthy(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}
