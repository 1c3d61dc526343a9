// Messages over HTTP from 64 senders, each in a session with one other; durable when they are answered.
import { join } from "node:path";
import { ask, child, inFolder, median, rounded } from "../services/lib.mjs";
import { Network } from "./network.mjs";

const SENDERS = 64;
const ROUNDS = 5;
const ROUND_MS = 1000;

export function send({ log }) {
  return inFolder(async (folder) => {
    const load = await child("../sessions/senders.mjs");
    const empty = await child("../sessions/serve-operator.mjs", "empty");
    const operator = await child("../sessions/serve-operator.mjs", "full", join(folder, "session.db"));
    const senders = await talkers(new Network(operator.first), SENDERS);
    const rate = async ({ first }) => {
      const port = Number(new URL(first.url).port);
      const { answers } = await ask(load, { port, senders, milliseconds: ROUND_MS });
      return (answers / ROUND_MS) * 1000;
    };
    const rounds = [];
    for (const server of [empty, operator]) await rate(server);
    for (let round = 1; round <= ROUNDS; round += 1) {
      rounds.push({ empty: await rate(empty), operator: await rate(operator) });
      log(`round ${round} of ${ROUNDS}`);
    }
    for (const { process } of [load, empty, operator]) process.kill();
    const of = (pick) => median(rounds.map(pick));
    return [
      {
        what: "send a message",
        subject: "the empty base",
        value: Math.round(of(({ empty }) => empty)),
        unit: "messages/s",
      },
      {
        what: "send a message, durable",
        subject: "the operator",
        value: Math.round(of(({ operator }) => operator)),
        unit: "messages/s",
        target: ">= 10000",
      },
      {
        what: "against the empty base",
        subject: "the operator",
        value: rounded(of(({ empty, operator }) => operator / empty)),
        unit: "x",
      },
    ];
  });
}

/** Pairs of agents in a session each; the first of each speaks. */
export async function talkers(network, count) {
  const agents = await network.agents("pair", 2 * count);
  const pairs = Array.from({ length: count }, (_, index) => agents.slice(2 * index, 2 * index + 2));
  return await Promise.all(
    pairs.map(async ([speaker, listener]) => ({
      token: speaker.token,
      listener: listener.token,
      path: `/sessions/${await network.session([speaker, listener])}/messages`,
    })),
  );
}
