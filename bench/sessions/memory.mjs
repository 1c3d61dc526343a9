// What an idle connected agent costs in memory: 3,000 of them, in 300 sessions.
import { join } from "node:path";
import { ask, child, childWith, inFolder, median, rounded } from "../services/lib.mjs";
import { Network } from "./network.mjs";

const AGENTS = 3000;
const PER_SESSION = 10;
const WARMING = 1000;
const ROUNDS = 3;

export async function memory({ log }) {
  const rounds = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    rounds.push(await measured());
    log(`round ${round} of ${ROUNDS}`);
  }
  const of = (name) => rounded(median(rounds.map((each) => each[name])), 1);
  return [
    {
      what: "an idle connected agent",
      subject: "resident, above 1,000 others",
      value: of("rss"),
      unit: "kB",
      target: "<= 20",
    },
    { what: "an idle connected agent", subject: "heap in use", value: of("heap"), unit: "kB", target: "<= 20" },
  ];
}

/** In kB an agent. */
function measured() {
  return inFolder(async (folder) => {
    const operator = await childWith(
      ["--expose-gc"],
      "../sessions/serve-operator.mjs",
      "full",
      join(folder, "session.db"),
    );
    const network = new Network(operator.first);
    const port = Number(new URL(operator.first.url).port);
    const agents = await network.agents("idle", AGENTS);
    for (let start = 0; start < AGENTS; start += PER_SESSION) {
      await network.session(agents.slice(start, start + PER_SESSION));
    }
    const connect = async (some) => {
      const listeners = await child("../sessions/listeners.mjs");
      await ask(listeners, { port, tokens: some.map(({ token }) => token), expected: 0 });
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return listeners;
    };
    // The first have the code compiled, and the heaps grown to what so much traffic takes.
    const first = await connect(agents.slice(0, WARMING));
    const before = await settled(operator);
    const others = await connect(agents.slice(WARMING));
    const after = await settled(operator);
    for (const { process } of [operator, first, others]) process.kill();
    const each = (name) => (after[name] - before[name]) / (AGENTS - WARMING) / 1000;
    return { rss: each("rss"), heap: each("heap") };
  });
}

async function settled(operator) {
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return await ask(operator, "memory");
}
