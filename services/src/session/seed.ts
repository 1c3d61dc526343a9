import { readFile } from "node:fs/promises";
import { isAgentHandle, isAllowlistEntry } from "@agentwire/models/session/validators";
import { messageOf } from "../shared/signals.js";
import type { Policy } from "./agent.js";

/** An agent that is there from the start, with a token that its owner has chosen. */
export interface SeedAgent {
  readonly handle: string;
  readonly token: string;
  /** Default `open`. */
  readonly policy?: Policy;
  readonly allowlist?: readonly string[];
}

/**
 * Reads agents from a JSON file: an object by handle, of tokens or of `{token, inbound_policy, allowlist}`.
 * @throws Error that says what is wrong with the file, and where
 */
export async function readSeed(path: string): Promise<SeedAgent[]> {
  let seed: unknown;
  try {
    seed = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new Error(`the agents of ${path} cannot be read: ${messageOf(error)}`);
  }
  if (!isObject(seed)) throw new Error(`${path}: agents are an object, by handle`);
  return Object.entries(seed).map(([handle, entry]) => {
    try {
      return agentFrom(handle, isObject(entry) ? entry : { token: entry });
    } catch (error) {
      throw new Error(`${path}: ${JSON.stringify(handle)}: ${messageOf(error)}`);
    }
  });
}

function agentFrom(handle: string, { token, inbound_policy: policy = "open", allowlist = [] }: Entry): SeedAgent {
  if (!isAgentHandle(handle)) throw new Error("a handle is like @owner.name");
  if (typeof token !== "string" || !/^[\w.~+/-]+=*$/.test(token)) throw new Error("the token must be a bearer token");
  if (policy !== "open" && policy !== "allowlist") throw new Error('inbound_policy must be "open" or "allowlist"');
  if (!Array.isArray(allowlist) || !allowlist.every((entry): entry is string => isAllowlistEntry(entry))) {
    throw new Error("allowlist must hold handles, and @owner.* for all of an owner");
  }
  return { handle, token, policy, allowlist };
}

interface Entry {
  readonly token?: unknown;
  readonly inbound_policy?: unknown;
  readonly allowlist?: unknown;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
