import { randomBytes } from "node:crypto";
import { hashToken } from "@agentwire/kit/server";
import type { AgentRecord } from "@agentwire/models/session";

export type Policy = "allowlist" | "open";

/** An agent of the network, and whom it permits. Its token is not here, only what recognises it. */
export interface Agent {
  readonly handle: string;
  tokenHash: string;
  policy: Policy;
  /** Handles, and `@owner.*` for all agents of an owner. */
  readonly allowlist: Set<string>;
  /** Blocked handles, and since when. */
  readonly blocks: Map<string, number>;
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
