import { urlOf } from "../../../session/operator/address.js";
import { networkPlaces, stateRoot } from "../../../session/operator/places.js";
import { readRecord } from "../../../session/operator/record.js";
import { type NetworkEntry, Registry } from "../../../session/operator/registry.js";
import { exitCodes } from "../../host.js";
import { printable } from "../../logger.js";
import { printJson, table } from "../../remote.js";
import { Failure, reported } from "../failure.js";
import { findNetwork, isSupervised, networkNamed } from "../networks.js";
import { dateTime, duration } from "../time.js";

interface Status extends NetworkEntry {
  /** `stale`: it was started, and not stopped, and yet it does not run. */
  readonly state: "running" | "stale";
  readonly uptimeMs?: number;
  readonly restarts: number;
  readonly reason?: string;
}

/** `agentwire network status`: fails for a named network that does not run. */
export function showStatus(given: string | undefined, { json }: { readonly json?: boolean }): Promise<number> {
  return reported(json, async () => {
    const root = stateRoot();
    const entries = given === undefined ? new Registry(root).list() : [known(root, networkNamed(given))];
    const networks = entries.map((entry) => statusOf(root, entry));
    if (json) printJson({ networks });
    else if (networks.length === 0) process.stdout.write("No network is running.\n");
    else {
      process.stdout.write(table(["network", "state", "address", "started", "up", "restarts"], networks.map(rowOf)));
      for (const { name, reason } of networks) {
        if (reason !== undefined) process.stdout.write(`The operator of "${name}" was down: ${printable(reason)}.\n`);
      }
    }
    return given !== undefined && networks.some(({ state }) => state === "stale") ? exitCodes.failed : exitCodes.ok;
  });
}

function known(root: string, name: string): NetworkEntry {
  const entry = findNetwork(root, name);
  if (entry) return entry;
  throw new Failure("network_not_running", `no network "${name}" is running`);
}

function statusOf(root: string, entry: NetworkEntry): Status {
  const { restarts = 0, reason } = readRecord(networkPlaces(root, entry.name).record, entry.name) ?? {};
  const state = isSupervised(root, entry.name) ? "running" : "stale";
  const uptime = state === "running" ? { uptimeMs: Date.now() - entry.startedAt } : {};
  return { ...entry, state, ...uptime, restarts, ...(reason === undefined ? {} : { reason }) };
}

function rowOf(status: Status): string[] {
  const { name, state, startedAt, uptimeMs, restarts } = status;
  return [
    name,
    state,
    urlOf(status),
    dateTime(startedAt),
    uptimeMs === undefined ? "" : duration(uptimeMs),
    String(restarts),
  ];
}
