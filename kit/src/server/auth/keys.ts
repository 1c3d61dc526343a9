import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
import type { JwtOptions } from "./options.js";

/** The keys could not be fetched. That says nothing about the token, so it must not be answered with 401. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

const DISCOVERY_TIMEOUT_MS = 5000;

/** The source of verification keys: given, at an address, or found by OIDC discovery on first use. */
export function keySource(options: JwtOptions): JWTVerifyGetKey {
  if (options.jwks) return createLocalJWKSet(options.jwks);
  if (options.jwksUri) return guarded(remote(options.jwksUri));
  const discoveryUrl = options.discoveryUrl ?? (options.issuer && wellKnown(options.issuer));
  if (!discoveryUrl) throw new Error("auth.jwt needs jwks, jwksUri, discoveryUrl or issuer to find keys");
  let found: Promise<JWTVerifyGetKey> | undefined;
  return guarded(async (header, token) => {
    found ??= discover(discoveryUrl, options.issuer).then(remote);
    try {
      const keys = await found;
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) found = undefined; // try discovery again with the next request
      throw error;
    }
  });
}

function remote(uri: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(uri));
}

/** A key set that has several keys needs a `kid` to choose; a key that is not there is the token's fault. */
function guarded(keys: JWTVerifyGetKey): JWTVerifyGetKey {
  return async (header, token) => {
    if (header.kid === undefined) throw new errors.JWKSNoMatchingKey("the token names no key (kid)");
    try {
      return await keys(header, token);
    } catch (error) {
      if (
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported
      ) {
        throw error;
      }
      throw new KeysUnavailable("the issuer's keys could not be fetched", { cause: error });
    }
  };
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
