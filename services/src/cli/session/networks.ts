import { isLocked } from "../../session/operator/lock.js";
import { networkPlaces } from "../../session/operator/places.js";
import { readRecord } from "../../session/operator/record.js";
import { NETWORK_NAME, type NetworkEntry, Registry } from "../../session/operator/registry.js";
import { Failure, misuse } from "./failure.js";

const DEFAULT_NETWORK = "default";

/** The network that is meant: the given name, else that of the environment, else one from elsewhere, else the usual. */
export function networkNamed(given: string | undefined, otherwise?: string): string {
  const name = given ?? (process.env["AGENTWIRE_NETWORK"] || otherwise || DEFAULT_NETWORK);
  if (NETWORK_NAME.test(name)) return name;
  throw misuse(
    `"${name}" is no name of a network: use up to 64 of a-z, 0-9, "-" and "_", and begin with a letter or digit`,
  );
}

/** Where a network is, or was when its supervisor died. The registry may have been removed while it runs. */
export function findNetwork(root: string, name: string): NetworkEntry | undefined {
  return new Registry(root).find(name) ?? readRecord(networkPlaces(root, name).record, name)?.network;
}

/** Does its supervisor live? */
export function isSupervised(root: string, name: string): boolean {
  return isLocked(networkPlaces(root, name).lock);
}

/**
 * Where a network is that runs. Only such a one is given tokens: behind the port of another may be somebody else by now.
 * @throws Failure `network_not_running`
 */
export function runningNetwork(root: string, name: string): NetworkEntry {
  const entry = findNetwork(root, name);
  if (entry && isSupervised(root, name)) return entry;
  const option = name === DEFAULT_NETWORK ? "" : ` -n ${name}`;
  throw new Failure(
    "network_not_running",
    entry ? `the network "${name}" is not running any more` : `no network "${name}" is running`,
    { advice: `Start it with \`agentwire network start${option}\`.` },
  );
}
