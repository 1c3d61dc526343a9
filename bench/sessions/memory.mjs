// What an idle connected agent costs in memory: 1,000 of them, in 100 sessions.
import { join } from "node:path";
import { ask, child, childWith, inFolder, rounded } from "../services/lib.mjs";
import { Network } from "./network.mjs";

const AGENTS = 1000;
const PER_SESSION = 10;

export function memory({ log }) {
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
    // The first hundred have the code compiled.
    const first = await connect(agents.slice(0, 100));
    const before = await settled(operator);
    const others = await connect(agents.slice(100));
    const after = await settled(operator);
    log(`${AGENTS} connected`);
    for (const { process } of [operator, first, others]) process.kill();
    const each = (name) => rounded((after[name] - before[name]) / (AGENTS - 100) / 1000, 1);
    return [
      { what: "an idle connected agent", subject: "resident memory", value: each("rss"), unit: "kB", target: "<= 20" },
      { what: "an idle connected agent", subject: "of it heap", value: each("heap"), unit: "kB" },
    ];
  });
}

async function settled(operator) {
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return await ask(operator, "memory");
}
