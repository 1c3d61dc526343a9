/**
 * One POST of 1 KB of JSON, validated, on 64 keep-alive connections: how much of bare `node:http` is left.
 * Server and load are processes of their own; rounds are interleaved, so that noise hits every subject alike.
 */
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const CONNECTIONS = 64;
const WARM_UP_MS = 1500;
const ROUND_MS = 1500;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The name in the table, and how the subject is started. */
const subjects = {
  "node:http": { subject: "raw" },
  Agentwire: { subject: "agentwire" },
  "Agentwire, responses unchecked": { subject: "agentwire", validateResponses: false },
  Fastify: { subject: "fastify" },
  "Hono and ajv": { subject: "hono" },
  "Express and ajv": { subject: "express" },
};

export async function run({ log = () => undefined, rounds = 7, only = Object.keys(subjects) } = {}) {
  const cli = here("../../node_modules/.bin/agentwire");
  execFileSync(cli, ["generate", "--spec", here("contract.yaml"), "--out", here("out"), "--name", "orders"]);
  const load = fork(here("load.mjs"));
  const servers = await Promise.all(only.map((name) => serve(name)));
  try {
    for (const server of servers) await measure(server, load, WARM_UP_MS);
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of servers) server.rounds.push(await measure(server, load, ROUND_MS));
      log(`round ${round} of ${rounds}`);
    }
  } finally {
    load.kill();
    for (const { child } of servers) child.kill();
  }
  return rowsOf(servers);
}

async function serve(name) {
  const child = fork(here("serve.mjs"), [JSON.stringify(subjects[name])]);
  const [{ port }] = await once(child, "message");
  return { name, child, port, rounds: [] };
}

/** One round: answers a second, and the server's CPU time an answer in microseconds. */
async function measure({ child, port }, load, milliseconds) {
  const before = await cpuOf(child);
  load.send({ port, connections: CONNECTIONS, milliseconds });
  const [{ answers }] = await once(load, "message");
  const cpu = (await cpuOf(child)) - before;
  return { rate: (answers / milliseconds) * 1000, cpu: cpu / answers };
}

async function cpuOf(child) {
  child.send("cpu");
  const [{ cpu }] = await once(child, "message");
  return cpu.user + cpu.system;
}

function rowsOf(servers) {
  const rate = (name) => median(servers.find((server) => server.name === name)?.rounds.map((round) => round.rate));
  const ratio = (peer) => Number((rate("Agentwire") / rate(peer)).toFixed(2));
  return [
    ...servers.flatMap(({ name, rounds }) => [
      { what: "POST 1 KB", subject: name, value: Math.round(rate(name)), unit: "requests/s" },
      {
        what: "CPU of the server",
        subject: name,
        value: Number(median(rounds.map(({ cpu }) => cpu)).toFixed(1)),
        unit: "µs/request",
      },
    ]),
    { what: "share of node:http", subject: "Agentwire", value: ratio("node:http"), unit: "x", target: ">= 0.85" },
    { what: "against Fastify", subject: "Agentwire", value: ratio("Fastify"), unit: "x", target: ">= 1.15" },
  ];
}

function median(values = [Number.NaN]) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
