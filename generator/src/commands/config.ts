import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Artefacts, artefactNames, defaultArtefacts, isArtefactName } from "../emit/artefacts.js";
import type { UriMapping } from "../read/loader.js";
import type { ReadOptions } from "../read/read.js";
import { readChecked } from "./config-check.js";
import type { Config } from "./config-type.js";

/** A mistake in how the command was called. Exit code 2. */
export class UsageError extends Error {}

const fileName = "agentwire.config.json";
const schemaFile = new URL("../../config.schema.json", import.meta.url);

/**
 * The configuration of the working folder; empty where there is none. One that config.schema.json does not allow ends
 * the command, with all that is wrong in it.
 */
export async function readConfig(): Promise<Config> {
  if (!existsSync(fileName)) return {};
  return (await readChecked(fileName, JSON.parse(readFileSync(schemaFile, "utf8")) as object)) as Config;
}

/** A list of artefacts as given by a person. `where` says by what. */
export function artefactsOf(given: unknown, where: string): Artefacts {
  if (given === undefined) return defaultArtefacts;
  const list = typeof given === "string" ? given.split(",").map((name) => name.trim()) : given;
  if (!Array.isArray(list) || list.length === 0 || !list.every(isArtefactName))
    throw new UsageError(`${where} takes some of ${artefactNames.join(", ")}`);
  return new Set(list);
}

/** Options that every command about contracts takes. */
export interface SpecOptions {
  readonly spec?: string;
  readonly root?: string;
  readonly maxBytes?: string;
  readonly map?: readonly string[];
}

/** `https://example.com/schemas/=vendor/schemas` */
function mappingOf(text: string): UriMapping {
  const at = text.lastIndexOf("=");
  const [prefix, folder] = [text.slice(0, at), resolve(text.slice(at + 1))];
  if (at < 1 || !URL.canParse(prefix)) throw new UsageError(`--map takes URI-PREFIX=FOLDER, not "${text}"`);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--map: ${text.slice(at + 1)} is no folder`);
  return { prefix, folder };
}

/** What to read, from flags and configuration. */
export function readOptions(options: SpecOptions, config: Config): ReadOptions {
  const maxBytes = options.maxBytes === undefined ? undefined : Number(options.maxBytes);
  if (maxBytes !== undefined && (!Number.isSafeInteger(maxBytes) || maxBytes < 1))
    throw new UsageError("--max-bytes takes a whole number above 0");
  return {
    spec: options.spec ?? config.spec ?? "spec",
    ...(options.root === undefined ? {} : { root: options.root }),
    ...(maxBytes === undefined ? {} : { limits: { maxBytes } }),
    ...(options.map === undefined ? {} : { mappings: options.map.map(mappingOf) }),
  };
}
