/** Which credentials a request needs, and where they go. */
import type { SecurityRequirement } from "../operation.js";
import type { Auth, Credentials } from "./auth.js";
import { own } from "./own.js";
import type { ServiceFacts } from "./row.js";

/** Credentials by scheme name, for one request. */
export type CredentialSet = ReadonlyMap<string, Credentials>;

/** Gets the credentials of the first alternative that the providers can satisfy; empty when none, or none is needed. */
export async function credentialsFor(
  service: ServiceFacts,
  operation: { readonly name: string; readonly security?: readonly SecurityRequirement[] },
  auth: Auth | undefined,
  rejected?: CredentialSet,
): Promise<CredentialSet> {
  for (const requirement of operation.security ?? service.security ?? []) {
    const found = new Map<string, Credentials>();
    const wanted = Object.entries(requirement);
    for (const [name, scopes] of wanted) {
      const scheme = own(service.securitySchemes, name);
      const provider = typeof auth === "function" ? auth : own(auth, name);
      const context = { service: service.name, operation: operation.name, name, scopes, rejected: rejected?.get(name) };
      const credentials = scheme && (await provider?.({ ...context, scheme }));
      if (!credentials) break;
      found.set(name, credentials);
    }
    // `{}` allows anonymous calls; an alternative with credentials is still the better one.
    if (found.size > 0 && found.size === wanted.length) return found;
  }
  return new Map();
}

/** True when the two hold the same secrets, so that sending again would be refused again. */
export function sameCredentials(a: CredentialSet, b: CredentialSet): boolean {
  return JSON.stringify([...a]) === JSON.stringify([...b]);
}

/** Where credentials go on the wire. */
export interface CredentialPlaces {
  readonly headers: [name: string, value: string][];
  readonly query: [name: string, value: string][];
  readonly cookies: string[];
}

/** Places credentials as their schemes say. Without `headers`, a bearer token uses the scheme's query parameter. */
export function placeCredentials(service: ServiceFacts, set: CredentialSet, headers = true): CredentialPlaces {
  const places: CredentialPlaces = { headers: [], query: [], cookies: [] };
  for (const [name, credentials] of set) {
    const scheme = service.securitySchemes[name];
    if (scheme === undefined) continue;
    if ("key" in credentials) {
      const key = scheme.name ?? name;
      if (scheme.in === "query") places.query.push([key, credentials.key]);
      else if (scheme.in === "cookie") places.cookies.push(`${key}=${encodeURIComponent(credentials.key)}`);
      else places.headers.push([key, credentials.key]);
    } else if ("username" in credentials) {
      places.headers.push(["authorization", `Basic ${base64(`${credentials.username}:${credentials.password}`)}`]);
    } else if (!headers && scheme.query !== undefined) {
      places.query.push([scheme.query, credentials.token]);
    } else {
      places.headers.push(["authorization", `Bearer ${credentials.token}`]);
    }
  }
  return places;
}

/** Adds credentials to headers in lower case; one that is set already stays. */
export function addCredentials(headers: Record<string, string>, places: CredentialPlaces): void {
  for (const [name, value] of places.headers) headers[name.toLowerCase()] ??= value;
  const cookies = [...(headers["cookie"] ? [headers["cookie"]] : []), ...places.cookies];
  if (cookies.length > 0) headers["cookie"] = cookies.join("; ");
}

/** Adds credentials to a query that the contract's styles have made. */
export function targetWith(target: string, { query }: CredentialPlaces): string {
  const more = query.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  return more === "" ? target : `${target}${target.includes("?") ? "&" : "?"}${more}`;
}

/** Base64 of the text in UTF-8; `btoa` alone only takes Latin-1. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
