/** Who is calling: JSON Web Tokens, opaque tokens and API keys. */
export { authFromEnvironment } from "./environment.js";
export { jwtCheck } from "./jwt.js";
export type { AuthMode, AuthOptions, CredentialCheck, CredentialContext, JwtOptions } from "./options.js";
export type { Principal, PrincipalLike } from "./principal.js";
export { constantTimeEqual, hashToken } from "./tokens.js";
