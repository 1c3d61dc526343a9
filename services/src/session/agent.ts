import { randomBytes } from "node:crypto";
import { hashToken } from "@agentwire/kit/server";
import type { AgentRecord } from "@agentwire/models/session";
import { newId } from "../shared/ids.js";

export type Policy = "allowlist" | "open";

/** An agent of the network, and whom it permits. Its token is not here, only what recognises it. */
export interface Agent {
  /** Distinguishes it from one that had its handle before. */
  readonly id: string;
  readonly handle: string;
  readonly tokenHash: string;
  readonly policy: Policy;
  /** Handles, and `@owner.*` for all agents of an owner. */
  readonly allowlist: ReadonlySet<string>;
  /** Blocked handles, and since when. */
  readonly blocks: ReadonlyMap<string, number>;
}

/** An agent as it is kept. */
export interface KeptAgent {
  readonly id: string;
  readonly handle: string;
  readonly token_hash: string;
  readonly policy: Policy;
  readonly allowlist: readonly string[];
  readonly blocks: readonly (readonly [handle: string, since: number])[];
}

export function newAgent(handle: string, policy: Policy, tokenHash: string): Agent {
  return { id: newId("agt"), handle, tokenHash, policy, allowlist: new Set(), blocks: new Map() };
}

export function keptAgent({ id, handle, tokenHash, policy, allowlist, blocks }: Agent): KeptAgent {
  return { id, handle, token_hash: tokenHash, policy, allowlist: [...allowlist], blocks: [...blocks] };
}

export function agentOf({ id, handle, token_hash, policy, allowlist, blocks }: KeptAgent): Agent {
  return { id, handle, tokenHash: token_hash, policy, allowlist: new Set(allowlist), blocks: new Map(blocks) };
}

/** A fresh token and its hash: 32 random bytes, so a plain hash is enough. */
export function newToken(): { readonly token: string; readonly tokenHash: string } {
  const token = randomBytes(32).toString("base64url");
  return { token, tokenHash: hashToken(token) };
}

/** Can the two be in contact? Both sides have to permit it, and a block on either forbids it. */
export function canReach(a: Agent, b: Agent): boolean {
  return permits(a, b.handle) && permits(b, a.handle);
}

function permits({ policy, allowlist, blocks }: Agent, handle: string): boolean {
  if (blocks.has(handle)) return false;
  return policy === "open" || allowlist.has(handle) || allowlist.has(`${ownerOf(handle)}.*`);
}

/** `@owner` of `@owner.agent`. */
function ownerOf(handle: string): string {
  return handle.slice(0, handle.indexOf("."));
}

/** An agent as its administrator sees it; the token only where it was just made. */
export function recordOf({ handle, policy, allowlist }: Agent, token?: string): AgentRecord {
  return { handle, ...(token === undefined ? {} : { token }), policy, allowlist: [...allowlist].sort() };
}
