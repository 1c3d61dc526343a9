import type { SecurityScheme } from "../operation.js";
import { cancelLate } from "./attempt.js";
import {
  addCredentials,
  type CredentialSet,
  credentialsFor,
  placeCredentials,
  sameCredentials,
  targetWith,
} from "./credentials.js";
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
  readonly rejected?: Credentials | undefined;
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
  return authorizing(auth, (service, request, set) => {
    const places = placeCredentials(service, set);
    const headers = { ...request.headers };
    addCredentials(headers, places);
    return { ...request, headers, target: targetWith(request.target, places) };
  });
}

/** The same in fewer bytes, for contracts that take nothing but bearer tokens in a header. */
export function tokenAuthentication(auth: Auth | undefined): Part {
  return authorizing(auth, (_, request, set) => {
    const headers = { ...request.headers };
    for (const credentials of set.values())
      if ("token" in credentials) headers["authorization"] ??= `Bearer ${credentials.token}`;
    return { ...request, headers };
  });
}

type Place = (service: ServiceFacts, request: PreparedRequest, set: CredentialSet) => PreparedRequest;

function authorizing(auth: Auth | undefined, place: Place): Part {
  if (auth === undefined) return {};
  return {
    authorize: async (plan, request, trial, send) => {
      const { row, engine } = plan;
      const { service } = engine;
      if (service === undefined) throw new TypeError("authentication needs the option `service`");
      const find = (rejected?: CredentialSet) => trial.wait(credentialsFor(service, row, auth, rejected));
      const sendWith = (set: CredentialSet) => send(plan, set.size > 0 ? place(service, request, set) : request, trial);
      const credentials = await find();
      const answer = await sendWith(credentials);
      if (answer.status !== 401 || credentials.size === 0 || request.body?.once) return answer;
      const fresh = await find(credentials);
      if (fresh.size === 0 || sameCredentials(fresh, credentials)) return answer;
      cancelLate(answer);
      return sendWith(fresh);
    },
  };
}
