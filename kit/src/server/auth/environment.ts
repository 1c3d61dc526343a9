import type { AuthMode, AuthOptions } from "./options.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `ARP_AUTH_MODE`, `_ISSUER`, `_AUDIENCE`, `_JWKS_URI`, `_OIDC_DISCOVERY_URL`, `_ALGORITHMS`,
 * `_CLOCK_SKEW_SECONDS`, `_EXEMPT_PATHS`, `_DEV_SUBJECT` and `_ANONYMOUS_SUBJECT`. Without any, auth is required.
 * @throws Error on a value that cannot be meant, and when tokens are asked for but nothing says where keys are
 */
export function authFromEnvironment(environment: Environment = process.env): AuthOptions {
  const read = (name: string): string | undefined => environment[`ARP_AUTH_${name}`]?.trim() || undefined;
  const mode = modeOf(read("MODE") ?? "required");
  const readAddress = (name: string): string | undefined => addressOf(`ARP_AUTH_${name}`, read(name));
  const jwksUri = readAddress("JWKS_URI");
  const discoveryUrl = readAddress("OIDC_DISCOVERY_URL");
  // An issuer may have any name as long as its keys are not looked for there.
  const issuer = jwksUri || discoveryUrl ? read("ISSUER") : readAddress("ISSUER");
  const audience = read("AUDIENCE");
  if (mode !== "disabled" && !issuer && !jwksUri && !discoveryUrl) {
    throw new Error(
      `ARP_AUTH_MODE is "${mode}": set ARP_AUTH_JWKS_URI, ARP_AUTH_OIDC_DISCOVERY_URL or ARP_AUTH_ISSUER, ` +
        'or ARP_AUTH_MODE to "disabled"',
    );
  }
  return {
    mode,
    devSubject: read("DEV_SUBJECT") ?? "dev",
    anonymousSubject: read("ANONYMOUS_SUBJECT") ?? "anonymous",
    exemptPaths: listOf(read("EXEMPT_PATHS") ?? "/v1/health,/v1/version"),
    ...(mode === "disabled"
      ? {}
      : {
          jwt: {
            ...(issuer ? { issuer } : {}),
            ...(audience ? { audience } : {}),
            ...(jwksUri ? { jwksUri } : {}),
            ...(discoveryUrl ? { discoveryUrl } : {}),
            algorithms: algorithmsOf(read("ALGORITHMS") ?? "RS256"),
            clockSkewSeconds: secondsOf(read("CLOCK_SKEW_SECONDS") ?? "60"),
          },
        }),
  };
}

function modeOf(text: string): AuthMode {
  const mode = text.toLowerCase();
  if (mode === "required" || mode === "optional" || mode === "disabled") return mode;
  throw new Error(`ARP_AUTH_MODE must be "required", "optional" or "disabled", not "${text}"`);
}

function addressOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) return text;
  throw new Error(`${name} must be an http or https address, not "${text}"`);
}

function algorithmsOf(text: string): string[] {
  const algorithms = listOf(text);
  if (algorithms.length === 0) throw new Error("ARP_AUTH_ALGORITHMS must name at least one algorithm");
  return algorithms;
}

function secondsOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`ARP_AUTH_CLOCK_SKEW_SECONDS must be a whole number, not "${text}"`);
  return Number(text);
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
