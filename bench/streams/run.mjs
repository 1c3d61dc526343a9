/**
 * Events of 1 KB on one connection: how many a second. Server and reader are processes of their own; rounds are
 * interleaved, so that noise hits every subject alike.
 */
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const WARM_UP_MS = 1500;
const ROUND_MS = 1000;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const sse = "text/event-stream";
const ndjson = "application/x-ndjson";
const websocket = "websocket";

/** What is measured, the name in the table, and how the subject is started. */
const cases = [
  { what: "NDJSON, as they come", subject: "bare code", start: { subject: "raw" }, accept: ndjson },
  {
    what: "NDJSON, as they come",
    subject: "Agentwire",
    start: { subject: "agentwire" },
    accept: ndjson,
    target: 200_000,
  },
  { what: "SSE, as they come", subject: "bare code", start: { subject: "raw" }, accept: sse },
  {
    what: "SSE, as they come",
    subject: "Agentwire",
    start: { subject: "agentwire" },
    accept: sse,
    target: 200_000,
  },
  { what: "SSE, gathered", subject: "bare code, 16 a write", start: { subject: "raw", gather: 16 }, accept: sse },
  {
    what: "SSE, gathered",
    subject: "Agentwire, gather: 1",
    start: { subject: "agentwire", streams: { gather: 1 } },
    accept: sse,
    target: 280_000,
  },
  { what: "WebSocket", subject: "bare ws", start: { subject: "raw" }, accept: websocket },
  { what: "WebSocket", subject: "Agentwire", start: { subject: "agentwire" }, accept: websocket, target: 110_000 },
];

/**
 * The targets as what they are of bare code: events a second asked for, and those of bare code where they were set. A
 * machine's own speed is in both.
 */
const ratios = {
  "NDJSON, as they come": 200 / 229,
  "SSE, as they come": 200 / 215,
  "SSE, gathered": 280 / 323,
  WebSocket: 110 / 113,
};

export async function run({ log = () => undefined, rounds = 7, only } = {}) {
  const cli = here("../../node_modules/.bin/agentwire");
  execFileSync(cli, ["generate", "--spec", here("contract.yaml"), "--out", here("out"), "--name", "feed"]);
  const reader = fork(here("read.mjs"));
  const chosen = cases.filter(({ what }) => only === undefined || only.some((word) => what.includes(word)));
  const servers = await Promise.all(chosen.map(serve));
  try {
    for (const server of servers) await measure(server, reader, WARM_UP_MS);
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of servers) server.rounds.push(await measure(server, reader, ROUND_MS));
      log(`round ${round} of ${rounds}`);
    }
  } finally {
    reader.kill();
    for (const { child } of servers) child.kill();
  }
  return [...servers.flatMap(rowsOf), ...againstBare(servers)];
}

async function serve(one) {
  const child = fork(here("serve.mjs"), [JSON.stringify(one.start)]);
  const [{ port }] = await once(child, "message");
  return { ...one, child, port, rounds: [] };
}

/** One round: events a second, and the server's CPU time an event in microseconds. */
async function measure({ child, port, accept }, reader, milliseconds) {
  const before = await cpuOf(child);
  reader.send({ port, accept, milliseconds });
  const [{ events }] = await once(reader, "message");
  const cpu = (await cpuOf(child)) - before;
  return { rate: (events / milliseconds) * 1000, cpu: cpu / events };
}

async function cpuOf(child) {
  child.send("cpu");
  const [{ cpu }] = await once(child, "message");
  return cpu.user + cpu.system;
}

/** Round by round, as neighbours in time have had the same noise. */
function againstBare(servers) {
  return Object.entries(ratios).flatMap(([what, ratio]) => {
    const [bare, ours] = servers.filter((server) => server.what === what);
    if (!bare || !ours) return [];
    const value = median(ours.rounds.map(({ rate }, index) => rate / bare.rounds[index].rate));
    const rounded = (number) => Number(number.toFixed(2));
    const target = `>= ${rounded(ratio)}`;
    return [{ what: `${what}: against bare code`, subject: ours.subject, value: rounded(value), unit: "x", target }];
  });
}

function rowsOf({ what, subject, target, rounds }) {
  const rate = Math.round(median(rounds.map((round) => round.rate)));
  const cpu = Number(median(rounds.map((round) => round.cpu)).toFixed(2));
  return [
    { what, subject, value: rate, unit: "events/s", ...(target && { target: `>= ${target}` }) },
    { what: `${what}: CPU`, subject, value: cpu, unit: "µs/event" },
  ];
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
