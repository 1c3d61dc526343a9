/** Who is calling, as an authenticator found out. Nothing of it goes over the wire. */
export interface Principal {
  /** Stable identifier of the caller: the `sub` of a token, or whatever an authenticator says. */
  readonly subject: string;
  /** Name of the security scheme that vouched for it; `""` in disabled mode and for anonymous callers. */
  readonly scheme: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What an authenticator of one's own returns: the subject alone, or with claims. */
export type PrincipalLike = string | { readonly subject: string; readonly claims?: Readonly<Record<string, unknown>> };

export function principalOf(found: PrincipalLike, scheme: string): Principal {
  if (typeof found === "string") return { subject: found, scheme, claims: {} };
  return { subject: found.subject, scheme, claims: found.claims ?? {} };
}
