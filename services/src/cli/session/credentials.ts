import { rmSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, writePrivate } from "../../session/operator/files.js";
import { networkPlaces } from "../../session/operator/places.js";

/** The tokens of the agents that were registered from here, in a file each that only this user may read. */
export class Credentials {
  readonly #folder: string;

  constructor(root: string, network: string) {
    this.#folder = networkPlaces(root, network).credentials;
  }

  /** Undefined for an agent that was not registered from here. */
  read(handle: string): string | undefined {
    return readIfThere(this.pathOf(handle))?.trim();
  }

  /** Returns where it is. */
  store(handle: string, token: string): string {
    const path = this.pathOf(handle);
    writePrivate(path, `${token}\n`);
    return path;
  }

  forget(handle: string): void {
    rmSync(this.pathOf(handle), { force: true });
  }

  forgetAll(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The handle has been checked: it becomes part of a path. */
  pathOf(handle: string): string {
    return join(this.#folder, `${handle.slice(1)}.token`);
  }
}
