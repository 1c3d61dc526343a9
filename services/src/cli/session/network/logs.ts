import { once } from "node:events";
import { networkPlaces, stateRoot } from "../../../session/operator/places.js";
import { sleep } from "../../../shared/signals.js";
import { Failure, reported } from "../failure.js";
import { networkNamed } from "../networks.js";
import { wholeNumber } from "../numbers.js";
import { logLine } from "./log-line.js";
import { LogTail } from "./log-tail.js";

const DEFAULT_LINES = 100;
const POLL_MS = 200;

export interface LogsOptions {
  readonly follow?: boolean;
  readonly lines?: string;
  /** As they are in the file. */
  readonly json?: boolean;
}

/** `agentwire network logs`. */
export function showLogs(given: string | undefined, options: LogsOptions): Promise<number> {
  return reported(options.json, async () => {
    const { follow, lines, json } = options;
    const count = lines === undefined ? DEFAULT_LINES : wholeNumber(lines, "--lines", [0, 1_000_000]);
    const name = networkNamed(given);
    const tail = new LogTail(networkPlaces(stateRoot(), name).log);
    const print = async (some: readonly string[]) => {
      const text = some.map((line) => (json ? `${line}\n` : logLine(line))).join("");
      if (!process.stdout.write(text)) await once(process.stdout, "drain");
    };
    try {
      const history = tail.history();
      if (history.length === 0 && !follow) {
        throw new Failure("no_log", `there is no log of a network "${name}": it was never started`);
      }
      await print(count === 0 ? [] : history.slice(-count));
      if (follow) await followed(tail, print);
    } finally {
      tail.close();
    }
  });
}

async function followed(tail: LogTail, print: (lines: readonly string[]) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  const alive = setInterval(() => undefined, 60_000);
  while (!stop.signal.aborted) {
    await print(tail.news());
    await sleep(POLL_MS, stop.signal).catch(() => undefined);
  }
  clearInterval(alive);
}
