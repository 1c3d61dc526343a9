// From the sending of a message to its peer's socket, durable in between, at half of the peak rate.
import { join } from "node:path";
import { ask, child, inFolder, quantile, rounded } from "../services/lib.mjs";
import { Network } from "./network.mjs";
import { talkers } from "./send.mjs";

const SENDERS = 64;
const PEAK_MS = 2000;
const MEASURE_MS = 5000;

export function latency({ log }) {
  return inFolder(async (folder) => {
    const operator = await child("../sessions/serve-operator.mjs", "full", join(folder, "session.db"));
    const network = new Network(operator.first);
    const port = Number(new URL(operator.first.url).port);
    const senders = await talkers(network, SENDERS);
    const load = await child("../sessions/senders.mjs");
    const listeners = await child("../sessions/listeners.mjs");
    await ask(listeners, { port, tokens: senders.map(({ listener }) => listener), expected: 0, ages: true });
    // The peak is that with the peers connected.
    await ask(load, { port, senders, milliseconds: PEAK_MS });
    const { answers } = await ask(load, { port, senders, milliseconds: PEAK_MS });
    const peak = (answers / PEAK_MS) * 1000;
    log(`peak ${Math.round(peak)} messages/s`);
    await ask(listeners, { report: true });
    const before = (await ask(listeners, { report: true })).waits.length;
    await ask(load, { port, senders, milliseconds: MEASURE_MS, every: (1000 * SENDERS) / (peak / 2) });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const waits = (await ask(listeners, { report: true })).waits.slice(before);
    for (const { process } of [operator, load, listeners]) process.kill();
    const subject = `the operator, ${Math.round(waits.length / (MEASURE_MS / 1000))} messages/s`;
    return [
      { what: "peak with peers connected", subject: "the operator", value: Math.round(peak), unit: "messages/s" },
      { what: "sent to delivered, p50", subject, value: rounded(quantile(waits, 0.5)), unit: "ms", target: "<= 8" },
      { what: "sent to delivered, p99", subject, value: rounded(quantile(waits, 0.99)), unit: "ms", target: "<= 30" },
    ];
  });
}
