import { Problem } from "@agentwire/kit/server";

/** Decides whether the Daemon may connect to an address that a caller named. */
export type AllowEndpoint = (url: URL) => boolean;

/** This machine only. Names are compared as they stand: one that merely resolves to loopback does not pass. */
export const loopbackOnly: AllowEndpoint = ({ hostname }) =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);

/** Loopback, and these hosts; one with a port is meant with that port only. */
export function loopbackAnd(hosts: readonly string[]): AllowEndpoint {
  return (url) => loopbackOnly(url) || hosts.includes(url.hostname) || hosts.includes(url.host);
}

/**
 * The address in the form in which clients use it, after the operator's rule has been asked: whoever can name an
 * address could otherwise have the Daemon talk to services that only it can reach.
 * @throws Problem `invalid_request` for what is no http address, `forbidden` for one that is not allowed
 */
export function endpointOf(text: string, allow: AllowEndpoint): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new Problem("invalid_request", "An endpoint must be an http or https address without credentials or query.");
  }
  if (!allow(url)) throw new Problem("forbidden", `The operator does not allow connections to ${url.host}.`);
  return url.href.replace(/\/+$/, "");
}
