import { misuse } from "../failure.js";
import { say } from "../say.js";
import { type AdminOptions, withAdmin } from "../target.js";

/** `agentwire network reset`: forgets all agents and sessions, and the tokens that are kept here. */
export function resetNetwork(options: AdminOptions & { readonly yes?: boolean }): Promise<number> {
  return withAdmin(options, async ({ client, credentials, where }) => {
    if (!options.yes) throw misuse(`this forgets all agents and sessions of ${where}: say --yes if you mean it`);
    await client.resetNetwork();
    credentials?.forgetAll();
    say(options, { reset: true }, `All agents and sessions of ${where} are forgotten.`);
  });
}
