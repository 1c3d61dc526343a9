import type { ValidateFunction, Violation } from "./types.js";

/** Why the last call of `validate` said no, in the order found. Empty when it said yes. */
export function violationsOf(validate: ValidateFunction): Violation[] {
  return (validate.errors ?? []).map(({ instancePath, keyword, message, params }) => ({
    pointer: instancePath,
    keyword,
    message: message ?? `must satisfy "${keyword}"`,
    params,
  }));
}
