/**
 * One POST of 1 KB of JSON, validated, on 64 keep-alive connections: how much of bare `node:http` is left.
 * Server and load are processes of their own; rounds are interleaved, so that noise hits every subject alike.
 */
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const CONNECTIONS = 64;
const WARM_UP_MS = 3000;
const ROUND_MS = 500;
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

/** What is asked of Agentwire, against a peer. */
const targets = { "node:http": ">= 0.85", Fastify: ">= 1.15" };

export async function run({ log = () => undefined, rounds = 21, only = Object.keys(subjects) } = {}) {
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
  const rounded = (value, digits) => Number(value.toFixed(digits));
  const rows = servers.flatMap(({ name, rounds }) => [
    { what: "POST 1 KB", subject: name, value: Math.round(median(rounds.map(({ rate }) => rate))), unit: "requests/s" },
    {
      what: "CPU of the server",
      subject: name,
      value: rounded(median(rounds.map(({ cpu }) => cpu)), 1),
      unit: "µs/request",
    },
  ]);
  const ours = servers.find(({ name }) => name === "Agentwire");
  for (const { name, rounds } of servers) {
    if (!ours || name.startsWith("Agentwire")) continue;
    const target = targets[name] && { target: targets[name] };
    // Round by round, as neighbours in time have had the same noise.
    const rate = median(rounds.map((round, index) => ours.rounds[index].rate / round.rate));
    const cpu = median(rounds.map((round, index) => round.cpu / ours.rounds[index].cpu));
    rows.push({
      what: `requests, against ${name}`,
      subject: "Agentwire",
      value: rounded(rate, 2),
      unit: "x",
      ...target,
    });
    rows.push({ what: `CPU, against ${name}`, subject: "Agentwire", value: rounded(cpu, 2), unit: "x" });
  }
  return rows;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
