import { Buffer } from "node:buffer";
import type { SecurityScheme } from "../../operation.js";
import type { UniversalRequest } from "../request.js";
import { splitTarget } from "../request.js";

/** What a request holds for one scheme. `malformed` says in words what is wrong with it. */
export type Credential =
  | { readonly kind: "missing" }
  | { readonly kind: "malformed"; readonly reason: string }
  | { readonly kind: "present"; readonly text: string };

const MISSING: Credential = { kind: "missing" };

/**
 * Takes the credential of a scheme out of a request.
 * @param upgrade on a WebSocket upgrade a bearer token may come in the scheme's query parameter; the header wins
 */
export function credentialOf(scheme: SecurityScheme, request: UniversalRequest, upgrade: boolean): Credential {
  switch (scheme.type) {
    case "http":
      if (scheme.scheme === "basic") return basic(request);
      return scheme.scheme === "bearer"
        ? bearer(scheme, request, upgrade)
        : authorization(request, scheme.scheme ?? "");
    case "oauth2":
    case "openIdConnect":
      return bearer(scheme, request, upgrade);
    case "apiKey":
      return apiKey(scheme, request);
    case "mutualTLS": // belongs to the TLS layer, which is not ours to see
      return MISSING;
  }
}

function bearer(scheme: SecurityScheme, request: UniversalRequest, upgrade: boolean): Credential {
  if (upgrade && scheme.query !== undefined && request.headers["authorization"] === undefined) {
    const token = new URLSearchParams(splitTarget(request.target).query).get(scheme.query);
    return token ? { kind: "present", text: token } : MISSING;
  }
  return authorization(request, "bearer");
}

function basic(request: UniversalRequest): Credential {
  const credential = authorization(request, "basic");
  if (credential.kind !== "present") return credential;
  const text = Buffer.from(credential.text, "base64").toString("utf8");
  return text.includes(":") ? { kind: "present", text } : { kind: "malformed", reason: "no user and password" };
}

/** `Authorization: <scheme> <credential>`: exactly two words, the scheme in any case. */
function authorization(request: UniversalRequest, scheme: string): Credential {
  const header = request.headers["authorization"];
  if (header === undefined) return MISSING;
  const [word, text, ...rest] = header.trim().split(/ +/);
  if (word?.toLowerCase() !== scheme || text === undefined || rest.length > 0) {
    return {
      kind: "malformed",
      reason: `Authorization must be "${scheme === "bearer" ? "Bearer" : scheme} <credential>"`,
    };
  }
  return { kind: "present", text };
}

function apiKey(scheme: SecurityScheme, request: UniversalRequest): Credential {
  const name = scheme.name ?? "";
  let text: string | null | undefined;
  if (scheme.in === "query") text = new URLSearchParams(splitTarget(request.target).query).get(name);
  else if (scheme.in === "cookie") text = cookie(request.headers["cookie"], name);
  else text = request.headers[name.toLowerCase()];
  return text ? { kind: "present", text } : MISSING;
}

function cookie(header: string | undefined, name: string): string | undefined {
  const prefix = `${name}=`;
  const found = header?.split(";").find((part) => part.trim().startsWith(prefix));
  return found?.trim().slice(prefix.length);
}
