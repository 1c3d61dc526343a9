import { printJson, table } from "../remote.js";
import { wordsOf } from "./agents.js";
import { allowlistEntryOf, handleOf } from "./handle.js";
import { say } from "./say.js";
import { type AdminOptions, withAdmin } from "./target.js";
import { dateTime } from "./time.js";

/** `agentwire permission add`. */
export function addPermissions(given: string, entries: readonly string[], options: AdminOptions): Promise<number> {
  return withAdmin(options, async ({ client }) => {
    const body = { entries: entries.map(allowlistEntryOf) };
    const agent = await client.addAllowlistEntries({ path: { handle: handleOf(given) }, body });
    say(options, agent, wordsOf(agent));
  });
}

/** `agentwire permission remove`. */
export function removePermission(given: string, entry: string, options: AdminOptions): Promise<number> {
  return withAdmin(options, async ({ client }) => {
    const path = { handle: handleOf(given), entry: allowlistEntryOf(entry) };
    const agent = await client.removeAllowlistEntry({ path });
    say(options, agent, wordsOf(agent));
  });
}

/** `agentwire permission show`. */
export function showPermissions(given: string, options: AdminOptions): Promise<number> {
  return withAdmin(options, async ({ client }) => {
    const agent = await client.getAgent({ path: { handle: handleOf(given) } });
    const { handle, allowlist } = agent;
    say(options, { handle, allowlist }, wordsOf(agent));
  });
}

/** `agentwire permission block`. */
export function block(given: string, other: string, options: AdminOptions): Promise<number> {
  return withAdmin(options, async ({ client }) => {
    const path = { handle: handleOf(given) };
    const made = await client.addAgentBlock({ path, body: { handle: handleOf(other) } });
    say(options, made, `${path.handle} blocks ${made.blocked_handle}.`);
  });
}

/** `agentwire permission unblock`. */
export function unblock(given: string, other: string, options: AdminOptions): Promise<number> {
  return withAdmin(options, async ({ client }) => {
    const path = { handle: handleOf(given), blocked_handle: handleOf(other) };
    await client.removeAgentBlock({ path });
    say(options, { unblocked: path.blocked_handle }, `${path.handle} does not block ${path.blocked_handle}.`);
  });
}

/** `agentwire permission blocks`. */
export function listBlocks(given: string, options: AdminOptions): Promise<number> {
  return withAdmin(options, async ({ client }) => {
    const { blocks } = await client.listAgentBlocks({ path: { handle: handleOf(given) } });
    if (options.json) return printJson({ blocks });
    const rows = blocks.map(({ blocked_handle, created_at }) => [blocked_handle, dateTime(created_at)]);
    process.stdout.write(table(["blocked", "since"], rows));
  });
}
