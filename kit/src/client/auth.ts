import type { SecurityRequirement, SecurityScheme } from "../operation.js";
import { cancelLate } from "./attempt.js";
import type { Part } from "./part.js";
import type { PreparedRequest } from "./plan.js";
import type { ServiceFacts } from "./row.js";

/** What a provider hands over for one scheme. */
export type Credentials =
  | { readonly token: string }
  | { readonly username: string; readonly password: string }
  | { readonly key: string };

/** What a provider is asked. */
export interface AuthContext {
  /** The service's name, such as `runtime`. */
  readonly service: string;
  /** The operation or channel, such as `createRun`. */
  readonly operation: string;
  /** The scheme's name in the contract. */
  readonly name: string;
  readonly scheme: SecurityScheme;
  /** The scopes that the contract asks for. */
  readonly scopes: readonly string[];
  /** Credentials of this scheme that were just answered with 401: hand over newer ones, or the same to give up. */
  readonly rejected?: Credentials;
}

/** Hands over credentials, or `undefined` when it has none for the scheme. Called before every attempt. */
export type AuthProvider = (context: AuthContext) => Credentials | undefined | Promise<Credentials | undefined>;

/** Where to get a token; `rejected` is the one that was just answered with 401. */
export type TokenSource = string | ((context: { readonly rejected?: string }) => string | Promise<string>);

/**
 * A bearer token, fixed or asked for before every attempt. After a 401 the function is asked once more, with the
 * rejected token; all calls that were refused with that token share one answer.
 */
export function bearer(token: TokenSource): AuthProvider {
  let last: { readonly rejected: string; readonly fresh: Promise<string> } | undefined;
  return async ({ scheme, rejected }) => {
    if (scheme.type === "apiKey" || scheme.type === "mutualTLS") return undefined;
    if (scheme.type === "http" && scheme.scheme !== "bearer") return undefined;
    if (typeof token === "string") return { token };
    if (rejected === undefined || !("token" in rejected)) return { token: await token({}) };
    if (last?.rejected !== rejected.token) {
      last = { rejected: rejected.token, fresh: (async () => token({ rejected: rejected.token }))() };
    }
    const asked = last;
    const forget = () => {
      if (last === asked) last = undefined;
    };
    const fresh = await asked.fresh.catch((error: unknown) => {
      forget();
      throw error;
    });
    // "The same" means that there is no newer one yet: the next refusal asks again.
    if (fresh === rejected.token) forget();
    return { token: fresh };
  };
}

/** User name and password for HTTP Basic (RFC 7617). */
export function basic(username: string, password: string): AuthProvider {
  return ({ scheme }) => (scheme.type === "http" && scheme.scheme === "basic" ? { username, password } : undefined);
}

/** The value of an API key; the contract says in which header, query parameter or cookie it travels. */
export function apiKey(key: string): AuthProvider {
  return ({ scheme }) => (scheme.type === "apiKey" ? { key } : undefined);
}

/** Providers of credentials: one for every scheme, or one a scheme by its name in the contract. */
export type Auth = AuthProvider | Readonly<Record<string, AuthProvider>>;

/** The part that adds credentials as the contract says, and after a 401 tries once more with newer ones. */
export function authentication(auth: Auth | undefined): Part {
  if (auth === undefined) return {};
  return {
    authorize: async (plan, request, trial, send) => {
      const { row } = plan;
      const { service } = plan.engine;
      if (service === undefined) throw new TypeError("authentication needs the option `service`");
      const credentials = await trial.wait(credentialsFor(service, row, auth));
      const answer = await send(plan, withCredentials(service, request, credentials), trial);
      if (answer.status !== 401 || credentials.size === 0 || request.body?.once) return answer;
      const fresh = await trial.wait(credentialsFor(service, row, auth, credentials));
      if (fresh.size === 0 || sameCredentials(fresh, credentials)) return answer;
      cancelLate(answer);
      return send(plan, withCredentials(service, request, fresh), trial);
    },
  };
}

function withCredentials(service: ServiceFacts, request: PreparedRequest, set: CredentialSet): PreparedRequest {
  if (set.size === 0) return request;
  const places = placeCredentials(service, set);
  const headers = { ...request.headers };
  addCredentials(headers, places);
  return { ...request, headers, target: targetWith(request.target, places) };
}

/** Credentials by scheme name, for one request. */
export type CredentialSet = ReadonlyMap<string, Credentials>;

/** Gets the credentials of the first alternative that the providers can satisfy; empty when none, or none is needed. */
export async function credentialsFor(
  service: ServiceFacts,
  operation: { readonly name: string; readonly security?: readonly SecurityRequirement[] },
  auth: Auth | undefined,
  rejected?: CredentialSet,
): Promise<CredentialSet> {
  if (auth === undefined) return new Map();
  alternatives: for (const requirement of operation.security ?? service.security ?? []) {
    const found = new Map<string, Credentials>();
    for (const [name, scopes] of Object.entries(requirement)) {
      const scheme = Object.hasOwn(service.securitySchemes, name) ? service.securitySchemes[name] : undefined;
      const provider = typeof auth === "function" ? auth : Object.hasOwn(auth, name) ? auth[name] : undefined;
      if (scheme === undefined || provider === undefined) continue alternatives;
      const old = rejected?.get(name);
      const context = { service: service.name, operation: operation.name, name, scheme, scopes };
      const credentials = await provider(old === undefined ? context : { ...context, rejected: old });
      if (credentials === undefined) continue alternatives;
      found.set(name, credentials);
    }
    // `{}` allows anonymous calls; an alternative with credentials is still the better one.
    if (found.size > 0) return found;
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
