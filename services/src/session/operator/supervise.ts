/** The process of a network in the background: says once how its start went, and then lives until it is told to end. */
import { once } from "node:events";
import { messageOf } from "../../shared/signals.js";
import { AlreadyRunningError, type NetworkSettings, runNetwork } from "./network.js";
import type { NetworkEntry } from "./registry.js";

/** How a start went. */
export type StartReport =
  | { readonly entry: NetworkEntry }
  /** `runs`: it is, or is just being, started or stopped by another process. */
  | { readonly problem: string; readonly runs: boolean };

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop.abort());
// Whoever asked for it and does not wait for the answer does not want it any more.
process.once("disconnect", () => stop.abort());

function report(message: StartReport): void {
  process.removeAllListeners("disconnect");
  if (process.connected) process.send?.(message, () => process.disconnect());
}

const [settings] = (await once(process, "message")) as [NetworkSettings];
try {
  await runNetwork(settings, { stop: stop.signal, onUp: (entry) => report({ entry }) });
} catch (error) {
  report({ problem: messageOf(error), runs: error instanceof AlreadyRunningError });
  process.exitCode = 1;
}
