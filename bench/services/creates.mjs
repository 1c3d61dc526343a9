// Runs created over HTTP on 64 connections, durable when they are answered, beside the generated base with nothing behind it.
import { join } from "node:path";
import { ask, child, inFolder, median, rounded } from "./lib.mjs";

const ROUNDS = 7;

export function creates({ log }) {
  return inFolder(async (folder) => {
    const load = await child("load.mjs");
    const empty = await child("serve-runtime.mjs", "empty");
    const queued = await child(
      "serve-runtime.mjs",
      "full",
      join(folder, "queued.db"),
      '{"idle":true,"maxConcurrentRuns":1}',
    );
    const full = await child("serve-runtime.mjs", "full", join(folder, "runtime.db"));
    const rate = async ({ first }, milliseconds) => {
      const { answers } = await ask(load, { port: first.port, connections: 64, milliseconds });
      return (answers / milliseconds) * 1000;
    };
    const rounds = [];
    for (const server of [empty, queued, full]) await rate(server, 2000);
    for (let round = 1; round <= ROUNDS; round += 1) {
      rounds.push({ empty: await rate(empty, 1000), queued: await rate(queued, 1000), full: await rate(full, 1000) });
      log(`round ${round} of ${ROUNDS}`);
    }
    for (const { process } of [load, empty, queued, full]) process.kill();
    const of = (pick) => median(rounds.map(pick));
    return [
      {
        what: "create a run",
        subject: "the empty base",
        value: Math.round(of(({ empty }) => empty)),
        unit: "requests/s",
      },
      {
        what: "create a run, which waits",
        subject: "the runtime",
        value: Math.round(of(({ queued }) => queued)),
        unit: "requests/s",
      },
      {
        what: "against the empty base",
        subject: "the runtime",
        value: rounded(of(({ empty, queued }) => queued / empty)),
        unit: "x",
        target: ">= 0.6",
      },
      {
        what: "create a run, and run it to its end",
        subject: "the runtime",
        value: Math.round(of(({ full }) => full)),
        unit: "requests/s",
      },
    ];
  });
}
