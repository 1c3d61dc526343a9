import type { SecurityScheme } from "../../operation.js";
import { Problem } from "../problem.js";

/**
 * The problem `unauthorized` with its challenge (RFC 9110, RFC 6750):
 * `Bearer error="invalid_token", error_description="…"`, or the challenge of what scheme there is.
 */
export function unauthorized(
  schemes: readonly SecurityScheme[],
  error: "invalid_request" | "invalid_token",
  message: string,
): Problem {
  return new Problem("unauthorized", message, { headers: { "www-authenticate": challenge(schemes, error, message) } });
}

function challenge(schemes: readonly SecurityScheme[], error: string, message: string): string {
  const http = (name: string): boolean => schemes.some((scheme) => scheme.type === "http" && scheme.scheme === name);
  const keys = schemes.filter((scheme) => scheme.type === "apiKey");
  const tokens = schemes.some((scheme) => scheme.type === "oauth2" || scheme.type === "openIdConnect");
  if (http("bearer") || tokens) return `Bearer error=${quoted(error)}, error_description=${quoted(message)}`;
  if (http("basic")) return 'Basic realm="api", charset="UTF-8"';
  return keys[0] ? `ApiKey name=${quoted(keys[0].name ?? "")}` : "Bearer";
}

/** A quoted-string: quotes and backslashes escaped, nothing that could end the header. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, " ").replace(/["\\]/g, "\\$&")}"`;
}
