import { type JWTPayload, jwtVerify } from "jose";
import { Problem } from "../problem.js";
import { KeysUnavailable, keySource } from "./keys.js";
import type { CredentialCheck, JwtOptions } from "./options.js";

const DEFAULT_CLOCK_SKEW_SECONDS = 60;

/**
 * A check of JSON Web Tokens: signature by an allowed algorithm, `iss`, `aud`, `nbf`, `iat` and `exp`, which must be
 * there. A token that fails is refused; keys that cannot be fetched are the problem `unavailable`.
 */
export function jwtCheck(options: JwtOptions): CredentialCheck {
  const algorithms = [...(options.algorithms ?? ["RS256"])];
  if (algorithms.some((algorithm) => algorithm.toLowerCase() === "none")) {
    throw new Error('auth.jwt.algorithms must not allow "none": it accepts unsigned tokens');
  }
  const keys = keySource(options);
  const clockTolerance = options.clockSkewSeconds ?? DEFAULT_CLOCK_SKEW_SECONDS;
  const expected = {
    algorithms,
    clockTolerance,
    requiredClaims: ["exp"],
    ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
    ...(options.audience === undefined ? {} : { audience: listOf(options.audience) }),
  };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, expected);
      return isSound(payload, clockTolerance) ? { subject: subjectOf(payload), claims: payload } : undefined;
    } catch (error) {
      if (error instanceof KeysUnavailable) {
        throw new Problem("unavailable", "Tokens cannot be verified right now.", { cause: error });
      }
      // Not only errors of jose: whoever names a key that is no good, such as a short one, gets those of the platform.
      return undefined;
    }
  };
}

/** What jose leaves to others: `sub` is a text, and `iat` a time that has come. */
function isSound({ sub, iat }: JWTPayload, clockTolerance: number): boolean {
  if (sub !== undefined && typeof sub !== "string") return false;
  return iat === undefined || (typeof iat === "number" && iat <= Date.now() / 1000 + clockTolerance);
}

/** A token of a client and not of a user may come without `sub`. */
function subjectOf(payload: JWTPayload): string {
  const names = [payload.sub, payload["client_id"], payload["azp"]];
  return names.find((name): name is string => typeof name === "string") ?? "";
}

function listOf(audience: string | readonly string[]): string[] {
  return typeof audience === "string" ? [audience] : [...audience];
}
