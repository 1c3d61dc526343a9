import type { SecurityRequirement, SecurityScheme, ServiceDescription } from "../../operation.js";
import { Problem } from "../problem.js";
import { splitTarget, type UniversalRequest } from "../request.js";
import type { Awaitable } from "../response.js";
import { unauthorized } from "./challenge.js";
import { credentialOf } from "./credentials.js";
import { jwtCheck } from "./jwt.js";
import type { AuthMode, AuthOptions, CredentialCheck } from "./options.js";
import { type Principal, principalOf } from "./principal.js";

/** How one alternative of a requirement came out. */
type Outcome =
  | { readonly kind: "granted"; readonly principal: Principal | undefined }
  | { readonly kind: "missing" }
  | { readonly kind: "malformed"; readonly reason: string }
  | { readonly kind: "refused" }
  | { readonly kind: "scope"; readonly scopes: readonly string[] };

/** Decides who a request comes from, by the contract's security and the server's auth options. */
export class Authenticator {
  readonly mode: AuthMode;
  readonly #schemes: Readonly<Record<string, SecurityScheme>>;
  readonly #checks = new Map<string, CredentialCheck>();
  readonly #options: AuthOptions;

  /** @throws Error when the options name an unknown scheme, or leave something that is protected without any check */
  constructor(service: ServiceDescription, options: AuthOptions) {
    this.mode = options.mode;
    this.#options = options;
    this.#schemes = service.securitySchemes;
    const jwt = options.jwt && options.mode !== "disabled" ? jwtCheck(options.jwt) : undefined;
    for (const [name, scheme] of Object.entries(service.securitySchemes)) {
      const check = options.schemes?.[name] ?? (takesTokens(scheme) ? jwt : undefined);
      if (check) this.#checks.set(name, check);
    }
    for (const name of Object.keys(options.schemes ?? {})) {
      if (!Object.hasOwn(service.securitySchemes, name))
        throw new Error(`auth.schemes: the contract has no scheme "${name}"`);
    }
    if (options.mode !== "disabled") this.#refuseUncheckable(service);
  }

  /**
   * The caller, or undefined where anyone may call.
   * @throws Problem `unauthorized`, `forbidden` (scopes), or what a check threw, such as `unavailable`
   */
  authenticate(
    security: readonly SecurityRequirement[] | undefined,
    request: UniversalRequest,
    upgrade = false,
  ): Awaitable<Principal | undefined> {
    if (!security || security.length === 0) return undefined;
    if (this.#options.exemptPaths?.includes(splitTarget(request.target).path)) return undefined;
    if (this.mode === "disabled") return anonymous(this.#options.devSubject ?? "dev");
    return this.#authenticate(security, request, upgrade);
  }

  async #authenticate(
    security: readonly SecurityRequirement[],
    request: UniversalRequest,
    upgrade: boolean,
  ): Promise<Principal | undefined> {
    const outcomes: Outcome[] = [];
    for (const requirement of security) {
      const outcome = await this.#alternative(requirement, request, upgrade);
      if (outcome.kind === "granted" && outcome.principal) return outcome.principal;
      outcomes.push(outcome);
    }
    return this.#ungranted(security, outcomes);
  }

  /** No scheme vouched for the caller: anonymous where that is allowed and nothing wrong was sent, else refused. */
  #ungranted(security: readonly SecurityRequirement[], outcomes: readonly Outcome[]): Principal | undefined {
    const schemes = security
      .flatMap((requirement) => Object.keys(requirement))
      .flatMap((name) => this.#schemes[name] ?? []);
    const scope = outcomes.find((outcome) => outcome.kind === "scope");
    if (scope) throw new Problem("forbidden", `The token lacks a scope: ${scope.scopes.join(" ")}.`);
    if (outcomes.some((outcome) => outcome.kind === "refused")) {
      throw unauthorized(schemes, "invalid_token", "The credentials are not valid.");
    }
    const malformed = outcomes.find((outcome) => outcome.kind === "malformed");
    if (malformed) throw unauthorized(schemes, "invalid_request", malformed.reason);
    if (outcomes.some((outcome) => outcome.kind === "granted")) return undefined;
    if (this.mode === "optional") return anonymous(this.#options.anonymousSubject ?? "anonymous");
    throw unauthorized(schemes, "invalid_request", "Authentication is required.");
  }

  /** All schemes of one alternative must be satisfied; the first one names the principal. */
  async #alternative(requirement: SecurityRequirement, request: UniversalRequest, upgrade: boolean): Promise<Outcome> {
    let principal: Principal | undefined;
    for (const [name, scopes] of Object.entries(requirement)) {
      const outcome = await this.#scheme(name, scopes, request, upgrade);
      if (outcome.kind !== "granted") return outcome;
      principal ??= outcome.principal;
    }
    return { kind: "granted", principal };
  }

  async #scheme(
    name: string,
    scopes: readonly string[],
    request: UniversalRequest,
    upgrade: boolean,
  ): Promise<Outcome> {
    const scheme = Object.hasOwn(this.#schemes, name) ? this.#schemes[name] : undefined;
    const check = this.#checks.get(name);
    if (!scheme || !check) return { kind: "missing" };
    const credential = credentialOf(scheme, request, upgrade);
    if (credential.kind !== "present") return credential;
    const { headers, remote } = request;
    const found = await check(credential.text, { scheme: name, headers, ...(remote === undefined ? {} : { remote }) });
    if (found === undefined) return { kind: "refused" };
    const principal = principalOf(found, name);
    return hasScopes(principal, scopes) ? { kind: "granted", principal } : { kind: "scope", scopes };
  }

  /** A protected operation that nobody could ever call is a mistake in the set-up: say so at the start. */
  #refuseUncheckable(service: ServiceDescription): void {
    const rows = [...Object.values(service.operations), ...Object.values(service.channels)];
    for (const { name, security = service.security } of rows) {
      if (!security || security.length === 0) continue;
      const open = security.some((requirement) => Object.keys(requirement).every((scheme) => this.#checks.has(scheme)));
      if (open) continue;
      const schemes = [...new Set(security.flatMap((requirement) => Object.keys(requirement)))].join(", ");
      throw new Error(`auth is ${this.mode}, but nothing checks ${schemes} of ${name}: set auth.jwt or auth.schemes`);
    }
  }
}

function takesTokens({ type, scheme }: SecurityScheme): boolean {
  return type === "oauth2" || type === "openIdConnect" || (type === "http" && scheme === "bearer");
}

/** Scopes as OAuth spells them in a token: `scope` as words in one text, or `scp` as a list. */
function hasScopes({ claims }: Principal, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const { scope, scp } = claims;
  const words = typeof scope === "string" ? scope.split(" ") : Array.isArray(scp) ? scp : [];
  return wanted.every((name) => words.includes(name));
}

function anonymous(subject: string): Principal {
  return { subject, scheme: "", claims: {} };
}
