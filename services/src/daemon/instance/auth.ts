import { type AuthOptions, constantTimeEqual, jwtCheck } from "@agentwire/kit/server";

/** The contract's scheme for tokens. */
const SCHEME = "ArpBearerJWT";

/** The Daemon may call with its token; others as `auth` says, and without it not at all. */
export function instanceAuth(token: string, auth: AuthOptions = { mode: "required" }): AuthOptions {
  const others = auth.jwt ? jwtCheck(auth.jwt) : () => undefined;
  return {
    ...auth,
    schemes: {
      [SCHEME]: (credential, context) =>
        constantTimeEqual(credential, token) ? { subject: "daemon" } : others(credential, context),
    },
  };
}
