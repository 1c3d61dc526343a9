import type { AgentRecord } from "@agentwire/models/session";
import { printJson, table } from "../remote.js";
import { Failure, misuse } from "./failure.js";
import { handleOf } from "./handle.js";
import { say } from "./say.js";
import { type AdminOptions, type Target, withAdmin } from "./target.js";

const POLICIES = ["allowlist", "open"] as const;

/** `agentwire agent register`. */
export function registerAgent(given: string, options: AdminOptions & { readonly policy?: string }): Promise<number> {
  return withAdmin(options, async (target) => {
    const handle = handleOf(given);
    const policy = options.policy === undefined ? {} : { policy: policyOf(options.policy) };
    const agent = await target.client.createAgent({ body: { handle, ...policy } });
    const kept = keep(agent, target);
    say(options, agent, `${agent.handle} is registered, policy ${agent.policy}.\n${kept}`);
  });
}

/** `agentwire agent rotate-token`. */
export function rotateToken(given: string, options: AdminOptions): Promise<number> {
  return withAdmin(options, async (target) => {
    const agent = await target.client.rotateAgentToken({ path: { handle: handleOf(given) } });
    const kept = keep(agent, target);
    say(options, agent, `${agent.handle} has a new token; the old one is no longer good.\n${kept}`);
  });
}

/** `agentwire agent list`. */
export function listAgents(options: AdminOptions): Promise<number> {
  return withAdmin(options, async ({ client }) => {
    const { agents } = await client.listAgents();
    if (options.json) return printJson({ agents });
    const rows = agents.map(({ handle, policy, allowlist }) => [handle, policy, allowlist.join(" ")]);
    process.stdout.write(table(["agent", "policy", "allowlist"], rows));
  });
}

/** `agentwire agent show`. */
export function showAgent(given: string, options: AdminOptions): Promise<number> {
  return withAdmin(options, async ({ client }) => {
    const agent = await client.getAgent({ path: { handle: handleOf(given) } });
    say(options, agent, wordsOf(agent));
  });
}

/** `agentwire agent rm`. */
export function removeAgent(given: string, options: AdminOptions): Promise<number> {
  return withAdmin(options, async ({ client, credentials }) => {
    const handle = handleOf(given);
    await client.deleteAgent({ path: { handle } });
    credentials?.forget(handle);
    say(options, { removed: handle }, `${handle} is removed.`);
  });
}

/** `agentwire agent set-policy`. */
export function setPolicy(given: string, policy: string, options: AdminOptions): Promise<number> {
  return withAdmin(options, async ({ client }) => {
    const path = { handle: handleOf(given) };
    const agent = await client.updateAgent({ path, body: { policy: policyOf(policy) } });
    say(options, agent, wordsOf(agent));
  });
}

/** An agent for people. */
export function wordsOf({ handle, policy, allowlist }: AgentRecord): string {
  return `${handle}, policy ${policy}, allowlist: ${allowlist.join(" ") || "empty"}`;
}

/** Keeps the token that is shown this once, or, where there is no place for it, shows it. */
export function keep({ handle, token }: AgentRecord, { credentials, where }: Target): string {
  if (token === undefined) throw new Failure("no_token", `${where} has given no token for ${handle}`);
  return credentials ? `Its token is kept in ${credentials.store(handle, token)}` : `Its token: ${token}`;
}

function policyOf(text: string): (typeof POLICIES)[number] {
  const policy = POLICIES.find((one) => one === text);
  if (policy !== undefined) return policy;
  throw misuse(`there is no policy "${text}": choose ${POLICIES.join(" or ")}`);
}
