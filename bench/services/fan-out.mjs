// One run's events to 1,000 readers over SSE: deliveries a second, as they come and gathered for 5 ms.
import { once } from "node:events";
import { join } from "node:path";
import { child, inFolder, median, rounded } from "./lib.mjs";

const READERS = 1000;
const EVENTS = 1000;
const ROUNDS = 3;
const filler = "x".repeat(40);

export async function fanOut({ log }) {
  const rounds = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    rounds.push({
      bare: await bare(1),
      bareGathered: await bare(40),
      one: await agentwire({}),
      gathered: await agentwire({ gather: 5 }),
    });
    log(`round ${round} of ${ROUNDS}`);
  }
  const row = (what, subject, pick, target) => ({
    what,
    subject,
    value: Math.round(median(rounds.map(pick))),
    unit: "deliveries/s",
    ...(target ? { target } : {}),
  });
  return [
    row("1 writer, 1,000 readers", "bare code", ({ bare }) => bare),
    row("1 writer, 1,000 readers", "the runtime", ({ one }) => one, ">= 165000"),
    row("the same, gathered", "bare code, 40 a write", ({ bareGathered }) => bareGathered),
    row("the same, gathered", "the runtime, gather: 5", ({ gathered }) => gathered, ">= 600000"),
    {
      what: "against bare code",
      subject: "the runtime",
      value: rounded(median(rounds.map(({ one, bare }) => one / bare))),
      unit: "x",
    },
  ];
}

async function bare(perWrite) {
  const server = await child("serve-bare.mjs", JSON.stringify([EVENTS, perWrite, filler]));
  return await measured(server, "/");
}

function agentwire(settings) {
  return inFolder(async (folder) => {
    const server = await child("serve-runtime.mjs", "full", join(folder, "runtime.db"), JSON.stringify(settings));
    const response = await fetch(`http://127.0.0.1:${server.first.port}/v1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ input: { goal: "talk", context: { count: EVENTS, wait: true, filler } } }),
    });
    return await measured(server, `/v1/runs/${(await response.json()).run_id}/events`);
  });
}

async function measured(server, path) {
  const readers = await child("readers.mjs");
  readers.process.send({
    port: server.first.port,
    paths: Array.from({ length: READERS }, () => path),
    expected: EVENTS,
  });
  await once(readers.process, "message");
  const start = performance.now();
  server.process.send("go");
  const [{ events }] = await once(readers.process, "message");
  const rate = (events / (performance.now() - start)) * 1000;
  for (const { process } of [server, readers]) process.kill();
  return rate;
}
