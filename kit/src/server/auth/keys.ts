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
  if (options.jwksUri) return remote(options.jwksUri);
  const discoveryUrl = options.discoveryUrl ?? (options.issuer && wellKnown(options.issuer));
  if (!discoveryUrl) throw new Error("auth.jwt needs jwks, jwksUri, discoveryUrl or issuer to find keys");
  let found: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    found ??= discover(discoveryUrl, options.issuer).then(remote).catch(unavailable);
    try {
      const keys = await found;
      return await keys(header, token);
    } catch (error) {
      if (error instanceof KeysUnavailable) found = undefined; // try discovery again with the next request
      throw error;
    }
  };
}

/** A key set has several keys and needs a `kid` to choose. */
function remote(uri: string): JWTVerifyGetKey {
  const fetchKeys: typeof fetch = (...request) => fetch(...request).catch(unavailable);
  const keys = createRemoteJWKSet(new URL(uri), { [customFetch]: fetchKeys });
  return async (header, token) => {
    if (header.kid === undefined) throw new errors.JWKSNoMatchingKey("the token names no key (kid)");
    return await keys(header, token).catch((error: unknown) => {
      const isAnswer = error instanceof errors.JOSEError && !isChoice(error);
      return isAnswer ? unavailable(error) : Promise.reject(error);
    });
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

function unavailable(cause: unknown): never {
  throw new KeysUnavailable(cause);
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
