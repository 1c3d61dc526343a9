import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import {
  type ArtefactName,
  type Artefacts,
  artefactNames,
  defaultArtefacts,
  isArtefactName,
} from "../emit/artefacts.js";
import { isObject } from "../read/json.js";
import type { UriMapping } from "../read/loader.js";
import type { ReadOptions } from "../read/read.js";

/** What `agentwire.config.json` of the working folder may say; flags win over it. */
export interface Config {
  readonly spec?: string;
  readonly out?: string;
  /** npm scope: write three packages instead of one folder. */
  readonly packages?: string;
  /** What to write; default: everything but `paths`. */
  readonly artefacts?: readonly ArtefactName[];
  /** `lock`: names.lock.json beside the output keeps names; `strict`: names that clash are an error. */
  readonly names?: "lock" | "strict";
}

/** A mistake in how the command was called. Exit code 2. */
export class UsageError extends Error {}

const fileName = "agentwire.config.json";

export function readConfig(): Config {
  if (!existsSync(fileName)) return {};
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(fileName, "utf8"));
  } catch (error) {
    throw new UsageError(`${fileName} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(value)) throw new UsageError(`${fileName} must hold an object`);
  for (const [key, member] of Object.entries(value)) {
    if (key !== "spec" && key !== "out" && key !== "packages" && key !== "artefacts" && key !== "names")
      throw new UsageError(`${fileName} has no option "${key}"; it knows spec, out, packages, artefacts and names`);
    if (key === "artefacts") artefactsOf(member, `${fileName}: "artefacts"`);
    else if (typeof member !== "string") throw new UsageError(`${fileName}: "${key}" must be a text`);
  }
  return value as Config;
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
