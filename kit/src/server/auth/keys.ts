import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import type { JwtOptions } from "./options.js";

/** The keys could not be fetched. That says nothing about the token, so it must not be answered with 401. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";

  constructor(cause: unknown) {
    super("the issuer's keys could not be fetched", { cause });
  }
}

const DISCOVERY_TIMEOUT_MS = 5000;

/**
 * The source of verification keys: given, at an address, or found by OIDC discovery on first use. What it throws is the
 * fault of the token, which names a key that is not there or cannot be used, unless it is `KeysUnavailable`.
 */
export function keySource(options: JwtOptions): JWTVerifyGetKey {
  if (options.jwks) return createLocalJWKSet(options.jwks);
  const keys = options.jwksUri ? keysAt(options.jwksUri) : discoveredKeys(options);
  return async (header, token) => {
    // A key set has several keys and needs a name to choose; nothing is fetched for a token without one.
    if (header.kid === undefined) throw new errors.JWKSNoMatchingKey("the token names no key (kid)");
    try {
      return await keys(header, token);
    } catch (error) {
      throw error instanceof errors.JOSEError && !isChoice(error) ? new KeysUnavailable(error) : error;
    }
  };
}

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

function keysAt(uri: string): RemoteKeys {
  const unavailable = (cause: unknown): never => {
    throw new KeysUnavailable(cause);
  };
  return createRemoteJWKSet(new URL(uri), { [customFetch]: (...request) => fetch(...request).catch(unavailable) });
}

function discoveredKeys({ issuer, discoveryUrl = issuer && wellKnown(issuer) }: JwtOptions): JWTVerifyGetKey {
  if (!discoveryUrl) throw new Error("auth.jwt needs jwks, jwksUri, discoveryUrl or issuer to find keys");
  let found: Promise<RemoteKeys> | undefined;
  return async (header, token) => {
    found ??= discover(discoveryUrl, issuer).then(keysAt);
    let keys: RemoteKeys | undefined;
    try {
      keys = await found;
      return await keys(header, token);
    } catch (error) {
      // Fresh keys outlive an issuer that is down, whatever strangers ask for. Without, the next request tries again.
      if (!keys?.fresh) found = undefined;
      throw keys ? error : new KeysUnavailable(error);
    }
  };
}

/** There was a key set, but no key in it for this token. Anything else that jose complains of is what came for one. */
function isChoice(error: errors.JOSEError): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

async function discover(url: string, issuer: string | undefined): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const document = (await response.json()) as { jwks_uri?: unknown; issuer?: unknown };
  if (typeof document.jwks_uri !== "string") throw new Error(`${url} names no jwks_uri`);
  // A document of another issuer would let that issuer sign for ours (OpenID Connect Discovery, 4.3).
  if (issuer !== undefined && document.issuer !== issuer) throw new Error(`${url} is not of issuer ${issuer}`);
  return document.jwks_uri;
}

function wellKnown(issuer: string): string {
  return `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`;
}
