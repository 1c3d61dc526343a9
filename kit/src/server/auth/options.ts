import type { JSONWebKeySet } from "jose";
import type { PrincipalLike } from "./principal.js";

/** How JSON Web Tokens are judged. */
export interface JwtOptions {
  /** Expected `iss`, and where OIDC discovery starts. */
  readonly issuer?: string;
  /** Expected `aud`. Absent: any audience, which is only wise when the issuer serves one API. */
  readonly audience?: string | readonly string[];
  /** Where the keys are; wins over discovery. */
  readonly jwksUri?: string;
  /** The keys themselves; wins over `jwksUri`. */
  readonly jwks?: JSONWebKeySet;
  /** Default: the issuer without trailing slash, plus `/.well-known/openid-configuration`. */
  readonly discoveryUrl?: string;
  /** Allowed signature algorithms. Default `["RS256"]`; `none` is never allowed. */
  readonly algorithms?: readonly string[];
  /** Tolerated clock difference, in seconds. Default 60. */
  readonly clockSkewSeconds?: number;
}

/** What an authenticator may look at beside the credential. */
export interface CredentialContext {
  /** Name of the security scheme in the contract. */
  readonly scheme: string;
  /** Request headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly remote?: string;
}

/**
 * Judges a credential: the bearer token, the decoded `user:password` of basic, or the value of an API key.
 * Undefined refuses it with 401. It may throw a `Problem`, such as `unavailable` when its store is down.
 */
export type CredentialCheck = (
  credential: string,
  context: CredentialContext,
) => PrincipalLike | undefined | Promise<PrincipalLike | undefined>;

export type AuthMode = "disabled" | "optional" | "required";

export interface AuthOptions {
  /**
   * `disabled`: credentials are ignored and everyone is `devSubject`. `optional`: callers without credentials
   * are `anonymousSubject`, bad credentials are refused. `required`: as the contract says.
   */
  readonly mode: AuthMode;
  /** Judges the tokens of bearer, OAuth 2 and OpenID Connect schemes that have no check of their own. */
  readonly jwt?: JwtOptions;
  /** Checks by scheme name, for opaque tokens and API keys. */
  readonly schemes?: Readonly<Record<string, CredentialCheck>>;
  /** Default `dev`. */
  readonly devSubject?: string;
  /** Default `anonymous`. */
  readonly anonymousSubject?: string;
  /** Raw paths that are public whatever the contract says; compared exactly. */
  readonly exemptPaths?: readonly string[];
}
