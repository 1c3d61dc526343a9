import { escaped } from "./parameters.js";
import { refuse } from "./target.js";

/**
 * What HTTP cannot carry is a mistake in the call, and no failure of the network that might be tried again. Throws
 * `InvalidRequestError`.
 */
export function checkHeaders(operation: string, headers: Readonly<Record<string, string | undefined>> = {}): void {
  for (const name in headers) {
    if (!/^[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*$/.test(`${name}:${headers[name] ?? ""}`)) {
      refuse(operation, escaped(name), "must be a token, and its value Latin-1 without controls", "header");
    }
  }
}
