import { type FollowOptions, follow } from "./follow.js";
import { type AdminOptions, withAdmin } from "./target.js";

/** `agentwire tap`: everything in the network from now on. */
export function tap(options: AdminOptions & FollowOptions): Promise<number> {
  return withAdmin(options, ({ client, where, url }) =>
    follow(
      {
        open: (channel) => client.tap({}, channel),
        opening: `Listening to everything on ${where}. Ctrl-C ends it.`,
        facts: { url },
      },
      options,
    ),
  );
}
