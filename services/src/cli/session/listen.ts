import { type FollowOptions, follow } from "./follow.js";
import { type AgentOptions, withAgent } from "./target.js";

/** `agentwire listen`: what the agent may hear, also what it has missed. */
export function listen(options: AgentOptions & FollowOptions): Promise<number> {
  return withAgent(options, ({ client, handle, where, url }) =>
    follow(
      {
        open: (channel) => client.connect({}, channel),
        opening: `Listening${handle === undefined ? "" : ` as ${handle}`} on ${where}. Ctrl-C ends it.`,
        facts: { agent: handle, url },
      },
      options,
    ),
  );
}
