import { dirname, join } from "node:path";
import { readIfThere, writePrivate } from "../../session/operator/files.js";
import { DamagedFileError, NETWORK_NAME, objectOf } from "../../session/operator/registry.js";
import { isHandle } from "./handle.js";

const VERSION = 1;

/** Who acts in a folder and below it. */
export interface Identity {
  readonly handle: string;
  readonly network: string;
  readonly filePath: string;
}

export function identityPath(folder: string): string {
  return join(folder, ".agentwire", "session.json");
}

/** The identity of this folder, else of the nearest one above that has one. @throws DamagedFileError */
export function nearestIdentity(folder = process.cwd()): Identity | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const identity = identityIn(at);
    if (identity !== undefined || at === dirname(at)) return identity;
  }
}

/** @throws DamagedFileError */
export function identityIn(folder: string): Identity | undefined {
  const filePath = identityPath(folder);
  const text = readIfThere(filePath);
  if (text === undefined) return undefined;
  const { version, handle, network } = objectOf(text, filePath);
  if (version !== VERSION) throw new DamagedFileError(filePath, `its "version" is not ${VERSION}`);
  if (!isHandle(handle)) throw new DamagedFileError(filePath, 'its "handle" is none');
  if (typeof network !== "string" || !NETWORK_NAME.test(network)) {
    throw new DamagedFileError(filePath, 'its "network" is no name of one');
  }
  return { handle, network, filePath };
}

export function writeIdentity({ handle, network, filePath }: Identity): void {
  writePrivate(filePath, `${JSON.stringify({ version: VERSION, handle, network }, null, 2)}\n`);
}
