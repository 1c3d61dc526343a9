// One session with 1,000 connected agents: frames a second, beside bare `ws` with one text for all.
import { once } from "node:events";
import { join } from "node:path";
import { ask, child, inFolder, median, rounded } from "../services/lib.mjs";
import { Network } from "./network.mjs";

const AGENTS = 1000;
const SPEAKERS = 8;
const EVENTS = 500;
const ROUNDS = 3;

export async function fanOut({ log }) {
  const rounds = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    rounds.push({ bare: await bare(), operator: await ours() });
    log(`round ${round} of ${ROUNDS}`);
  }
  const of = (pick) => median(rounds.map(pick));
  return [
    {
      what: "1 session, 1,000 agents",
      subject: "bare ws",
      value: Math.round(of(({ bare }) => bare)),
      unit: "frames/s",
    },
    {
      what: "1 session, 1,000 agents, durable",
      subject: "the operator",
      value: Math.round(of(({ operator }) => operator)),
      unit: "frames/s",
      target: ">= 165000",
    },
    {
      what: "against bare ws",
      subject: "the operator",
      value: rounded(median(rounds.map(({ operator, bare }) => operator / bare))),
      unit: "x",
    },
  ];
}

/** A new operator each time: a thousand agents that go and come back are told to a thousand agents. */
function ours() {
  return inFolder(async (folder) => {
    const operator = await child("../sessions/serve-operator.mjs", "full", join(folder, "session.db"));
    const network = new Network(operator.first);
    const agents = await network.agents("fan", AGENTS + SPEAKERS);
    const id = await network.session(agents);
    // Those that speak have no sockets of their own.
    const senders = agents.slice(AGENTS).map(({ token }) => ({ token, path: `/sessions/${id}/messages` }));
    const tokens = agents.slice(0, AGENTS).map(({ token }) => token);
    const listeners = await child("../sessions/listeners.mjs");
    const load = await child("../sessions/senders.mjs");
    const port = Number(new URL(operator.first.url).port);
    await ask(listeners, { port, tokens, expected: EVENTS });
    // The joining of all the others goes to each of them, and does not count.
    await quiet(listeners);
    const start = performance.now();
    const finished = once(listeners.process, "message");
    load.process.send({ port, senders, milliseconds: 60_000 });
    const [{ events }] = await finished;
    const rate = (events / (performance.now() - start)) * 1000;
    for (const { process } of [operator, listeners, load]) process.kill();
    return rate;
  });
}

/** Waits until nothing arrives any more. */
async function quiet(listeners) {
  for (let before = -1; ; ) {
    const { bytes } = await ask(listeners, { report: true });
    if (bytes === before) return;
    before = bytes;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function bare() {
  const event = { type: "session.message", session_id: "s".repeat(31), filler: "x".repeat(360) };
  const server = await child("../sessions/serve-bare.mjs", JSON.stringify([EVENTS, event]));
  const listeners = await child("../sessions/listeners.mjs");
  const tokens = Array.from({ length: AGENTS }, () => "none");
  await ask(listeners, { port: server.first.port, tokens, expected: EVENTS });
  const start = performance.now();
  const finished = once(listeners.process, "message");
  server.process.send("go");
  const [{ events }] = await finished;
  const rate = (events / (performance.now() - start)) * 1000;
  for (const { process } of [server, listeners]) process.kill();
  return rate;
}
