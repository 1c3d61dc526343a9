import { ConflictError } from "@agentwire/kit/client";
import { keep } from "../agents.js";
import { misuse } from "../failure.js";
import { handleOf } from "../handle.js";
import { wholeNumber } from "../numbers.js";
import { say } from "../say.js";
import { type AdminOptions, withAdmin } from "../target.js";

const PREFIX = /^[a-z0-9][a-z0-9_-]*$/;
const MAX_AGENTS = 100;

export interface SeedOptions extends AdminOptions {
  readonly count: string;
  readonly prefix: string;
}

/** `agentwire network seed`: agents to try things with, open to everybody. Those that are there already stay as they are. */
export function seedNetwork(options: SeedOptions): Promise<number> {
  return withAdmin(options, async (target) => {
    const count = wholeNumber(options.count, "--count", [1, MAX_AGENTS]);
    if (!PREFIX.test(options.prefix)) throw misuse(`--prefix takes a-z, 0-9, "-" and "_", not "${options.prefix}"`);
    const registered: { handle: string; token: string | undefined }[] = [];
    const skipped: string[] = [];
    const words: string[] = [];
    for (let number = 1; number <= count; number++) {
      const handle = handleOf(`@${options.prefix}-${number}.bot`);
      try {
        const agent = await target.client.createAgent({ body: { handle, policy: "open" } });
        words.push(`${handle} is registered. ${keep(agent, target)}`);
        registered.push({ handle, token: agent.token });
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        words.push(`${handle} is there already.`);
        skipped.push(handle);
      }
    }
    say(options, { registered, skipped }, words.join("\n"));
  });
}
