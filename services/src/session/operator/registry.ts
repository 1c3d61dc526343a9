import { join } from "node:path";
import { messageOf } from "../../shared/signals.js";
import { readIfThere, writePrivate } from "./files.js";
import { takeLock } from "./lock.js";

/** Names are parts of paths. */
export const NETWORK_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

const VERSION = 1;
/** Milliseconds to wait for another process that writes. */
const PATIENCE_MS = 5000;

/** A network that was started and has not been stopped. */
export interface NetworkEntry {
  readonly name: string;
  /** Of the supervisor, which leads a process group of its own. */
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Of the program that serves it. */
  readonly version: string;
}

/** A file about networks does not say what it should. */
export class DamagedFileError extends Error {
  constructor(
    readonly path: string,
    why: string,
  ) {
    super(`${path} is damaged: ${why}`);
  }
}

/** `networks.json`: which networks of this user were started, and where they are. */
export class Registry {
  readonly #path: string;
  readonly #lock: string;

  constructor(root: string) {
    this.#path = join(root, "networks.json");
    this.#lock = join(root, "networks.lock");
  }

  /** By name. @throws DamagedFileError */
  list(): NetworkEntry[] {
    return Object.values(this.#read()).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws DamagedFileError */
  find(name: string): NetworkEntry | undefined {
    const networks = this.#read();
    return Object.hasOwn(networks, name) ? networks[name] : undefined;
  }

  /** @throws DamagedFileError */
  put(entry: NetworkEntry): void {
    this.#change((networks) => ({ ...networks, [entry.name]: entry }));
  }

  /** @throws DamagedFileError */
  remove(name: string): void {
    if (this.find(name)) this.#change(({ [name]: _, ...others }) => others);
  }

  #change(change: (networks: Networks) => Networks): void {
    const lock = takeLock(this.#lock, PATIENCE_MS);
    if (!lock) throw new Error(`${this.#path} has been kept by another process for ${PATIENCE_MS / 1000} s`);
    try {
      const file = { version: VERSION, networks: change(this.#read()) };
      writePrivate(this.#path, `${JSON.stringify(file, null, 2)}\n`);
    } finally {
      lock.release();
    }
  }

  #read(): Networks {
    const text = readIfThere(this.#path);
    return text === undefined ? {} : networksOf(text, this.#path);
  }
}

type Networks = Readonly<Record<string, NetworkEntry>>;

function networksOf(text: string, path: string): Networks {
  const file = objectOf(text, path);
  if (file["version"] !== VERSION) throw new DamagedFileError(path, `its "version" is not ${VERSION}`);
  const { networks } = file;
  if (!isObject(networks)) throw new DamagedFileError(path, 'its "networks" are no object');
  for (const [name, entry] of Object.entries(networks)) {
    const wrong = wrongMember(entry, name);
    if (wrong !== undefined) throw new DamagedFileError(path, `"networks.${name}${wrong}`);
  }
  return networks as Networks;
}

/** @throws DamagedFileError when the text is no JSON object */
export function objectOf(text: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DamagedFileError(path, messageOf(error));
  }
  if (!isObject(value)) throw new DamagedFileError(path, "it is no JSON object");
  return value;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

const members: Readonly<Record<keyof NetworkEntry, (value: unknown) => boolean>> = {
  name: (value) => typeof value === "string" && NETWORK_NAME.test(value),
  pid: isCount,
  host: isText,
  port: (value) => isCount(value) && (value as number) <= 65_535,
  startedAt: isCount,
  version: isText,
};

/** What is wrong with an entry, to be said behind its place. */
export function wrongMember(entry: unknown, name: string): string | undefined {
  if (!isObject(entry)) return '" is no object';
  for (const [member, isRight] of Object.entries(members)) {
    if (!isRight(entry[member])) return `.${member}" is not what it should be`;
  }
  const other = Object.keys(entry).find((member) => !Object.hasOwn(members, member));
  if (other !== undefined) return `.${other}" is not known`;
  return entry["name"] === name ? undefined : `.name" is not "${name}"`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
