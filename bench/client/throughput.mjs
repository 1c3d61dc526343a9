// GETs a second with 64 of them in flight: the class client over `fetch` and over undici, beside bare `fetch`.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { median } from "./processor-time.mjs";

const IN_FLIGHT = 64;
const ROUND_MS = 700;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 3;
const subjects = {
  fetch: "fetch",
  client: "Agentwire over fetch",
  undici: "Agentwire over undici",
  pipelined: "Agentwire over undici, 16 connections of 4",
};

export async function throughput(baseUrl) {
  const caller = fileURLToPath(new URL("caller.mjs", import.meta.url));
  const callers = Object.keys(subjects).map((way) => ({ way, child: fork(caller, [way, baseUrl]), rates: [] }));
  try {
    await Promise.all(callers.map(({ child }) => once(child, "message")));
    // Compilers take their time: the first seconds of a subject are not its speed.
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) for (const one of callers) await rate(one);
    for (let round = 0; round < ROUNDS; round += 1) for (const one of callers) one.rates.push(await rate(one));
  } finally {
    for (const { child } of callers) child.kill();
  }
  const [bare] = callers;
  return [
    ...callers.map(({ way, rates }) => ({
      what: `GETs with ${IN_FLIGHT} in flight`,
      subject: subjects[way],
      value: Math.round(median(rates)),
      unit: "1/s",
    })),
    ...callers.slice(1).map(({ way, rates }) => ({
      what: "times as many as fetch",
      subject: subjects[way],
      value: Number(median(rates.map((each, round) => each / bare.rates[round])).toFixed(2)),
      unit: "x",
      ...(way === "undici" && { target: ">= 5" }),
    })),
  ];
}

/** Calls a second. */
async function rate({ child }) {
  child.send({ inFlight: IN_FLIGHT, milliseconds: ROUND_MS });
  const [{ rate: value }] = await once(child, "message");
  return value;
}
