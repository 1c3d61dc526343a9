import { randomBytes } from "node:crypto";
import { type AuthOptions, constantTimeEqual, jwtCheck } from "@agentwire/kit/server";

/** The contracts' scheme for tokens. */
const SCHEME = "ArpBearerJWT";

/** How the services of one process call each other where callers need tokens. */
export interface InternalAuth {
  readonly auth: AuthOptions;
  /** For the services' own clients; undefined where nobody asks for one. */
  readonly token: string | undefined;
}

/**
 * Lets the services of this process call each other: with a token that is made up anew at each start, is never written
 * down, and is good for nothing elsewhere. All other tokens are judged as configured.
 */
export function internalAuth(auth: AuthOptions): InternalAuth {
  if (auth.mode === "disabled" || !auth.jwt) return { auth, token: undefined };
  const token = randomBytes(32).toString("base64url");
  const others = jwtCheck(auth.jwt);
  return {
    token,
    auth: {
      ...auth,
      schemes: {
        ...auth.schemes,
        [SCHEME]: (credential, context) =>
          constantTimeEqual(credential, token) ? { subject: "agentwire" } : others(credential, context),
      },
    },
  };
}
