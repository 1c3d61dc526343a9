import { rmSync } from "node:fs";
import { networkPlaces } from "./places.js";
import { Registry } from "./registry.js";

/** Removes all that says that a network runs. For whoever has its lock. */
export function removeTraces(root: string, name: string): void {
  const { adminToken, operatorPid, record } = networkPlaces(root, name);
  for (const path of [adminToken, operatorPid, record]) rmSync(path, { force: true });
  new Registry(root).remove(name);
}
