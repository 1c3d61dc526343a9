import { Problem } from "@agentwire/kit/server";
import type { LaunchSettings } from "@agentwire/models/daemon";
import type { DriverConfig } from "./config.js";

/**
 * Lets only those settings through that the operator allows for a driver.
 * @throws Problem `invalid_request` that says what is allowed, or for what no process can be given
 */
export function permit({ env = {}, args = [] }: LaunchSettings, driver: DriverConfig | undefined): void {
  if ([...Object.entries(env), ...args].flat().some((text) => text.includes("\0"))) {
    throw new Problem("invalid_request", "Variables and arguments must not hold NUL.");
  }
  const allowedEnv = driver?.allow_env ?? [];
  const allowedArgs = driver?.allow_args ?? false;
  const refused = Object.keys(env).filter((name) => !allowedEnv.includes(name));
  if (refused.length === 0 && (allowedArgs || args.length === 0)) return;
  const what = refused.length > 0 ? `the environment variable(s) ${refused.join(", ")}` : "arguments";
  const may = allowedEnv.length > 0 ? allowedEnv.join(", ") : "none";
  throw new Problem(
    "invalid_request",
    `The operator does not allow ${what} here. Allowed variables: ${may}; arguments: ${allowedArgs ? "yes" : "no"}.`,
    { details: { allow_env: allowedEnv, allow_args: allowedArgs } },
  );
}
