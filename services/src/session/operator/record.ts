import { readIfThere, writePrivate } from "./files.js";
import { DamagedFileError, type NetworkEntry, objectOf, wrongMember } from "./registry.js";

/** `network.json`: what a supervisor says about its network, in the network's own folder. */
export interface NetworkRecord {
  readonly network: NetworkEntry;
  /** How often the operator has been started again since. */
  readonly restarts: number;
  /** Why the operator was started again the last time, or was given up. */
  readonly reason?: string;
}

export function writeRecord(path: string, record: NetworkRecord): void {
  writePrivate(path, `${JSON.stringify(record, null, 2)}\n`);
}

/** Undefined where there is none. @throws DamagedFileError */
export function readRecord(path: string, name: string): NetworkRecord | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const { network, restarts, reason } = objectOf(text, path);
  const wrong = wrongMember(network, name);
  if (wrong !== undefined) throw new DamagedFileError(path, `"network${wrong}`);
  if (!Number.isSafeInteger(restarts)) throw new DamagedFileError(path, '"restarts" is no number');
  return {
    network: network as NetworkEntry,
    restarts: restarts as number,
    ...(typeof reason === "string" ? { reason } : {}),
  };
}
