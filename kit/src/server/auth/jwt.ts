import { errors, type JWTPayload, jwtVerify } from "jose";
import { Problem } from "../problem.js";
import { KeysUnavailable, keySource } from "./keys.js";
import type { CredentialCheck, JwtOptions } from "./options.js";

const DEFAULT_CLOCK_SKEW_SECONDS = 60;

/**
 * A check of JSON Web Tokens: signature by an allowed algorithm, `iss`, `aud`, `nbf` and `exp`, which must be
 * there. A token that fails is refused; keys that cannot be fetched are the problem `unavailable`.
 */
export function jwtCheck(options: JwtOptions): CredentialCheck {
  const algorithms = [...(options.algorithms ?? ["RS256"])];
  if (algorithms.some((algorithm) => algorithm.toLowerCase() === "none")) {
    throw new Error('auth.jwt.algorithms must not allow "none": it accepts unsigned tokens');
  }
  const keys = keySource(options);
  const expected = {
    algorithms,
    clockTolerance: options.clockSkewSeconds ?? DEFAULT_CLOCK_SKEW_SECONDS,
    requiredClaims: ["exp"],
    ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
    ...(options.audience === undefined ? {} : { audience: listOf(options.audience) }),
  };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, expected);
      return { subject: subjectOf(payload), claims: payload };
    } catch (error) {
      if (error instanceof KeysUnavailable) {
        throw new Problem("unavailable", "Tokens cannot be verified right now.", { cause: error });
      }
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };
}

/** A token of a client and not of a user may come without `sub`. */
function subjectOf(payload: JWTPayload): string {
  const names = [payload.sub, payload["client_id"], payload["azp"]];
  return names.find((name): name is string => typeof name === "string") ?? "";
}

function listOf(audience: string | readonly string[]): string[] {
  return typeof audience === "string" ? [audience] : [...audience];
}
