import { Problem } from "@agentwire/kit/server";
import { newId } from "./ids.js";

/** Ids end up in paths, logs and one day in file names, so they hold nothing that means something there. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * The id of a new run: the caller's, or one made up.
 * @throws Problem `invalid_request` for an id that cannot be kept
 */
export function runIdOf(wanted: string | undefined): string {
  if (wanted === undefined) return newId("run");
  if (RUN_ID.test(wanted)) return wanted;
  throw new Problem(
    "invalid_request",
    "run_id must be 1 to 128 letters, digits, '.', '_' or '-', and start with a letter or digit.",
  );
}
