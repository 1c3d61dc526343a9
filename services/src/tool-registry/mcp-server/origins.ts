import { Problem, type RequestContext } from "@agentwire/kit/server";

/** Who may speak MCP from a web page, and by which host. */
export interface OriginOptions {
  /** Origins of web pages beside those of this machine, such as `https://app.example`; `"*"` is every origin. */
  readonly allowedOrigins?: readonly string[];
  /** Hosts, without port, by which this machine may be called from itself. Default: the names of loopback. */
  readonly allowedHosts?: readonly string[];
}

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Refuses web pages that may not call. A page can point its own name at this machine (DNS rebinding): its requests then
 * come from loopback with a foreign host, and no browser asks for leave before it sends them.
 *
 * @throws Problem `forbidden`
 */
export function refuseForeignPages(
  headers: Readonly<Record<string, string>>,
  { remote }: RequestContext,
  { allowedOrigins = [], allowedHosts = [] }: OriginOptions,
): void {
  const host = hostnameOf(`http://${headers["host"] ?? ""}`);
  const known = host !== undefined && (LOOPBACK.has(host) || allowedHosts.includes(host));
  if (isLoopback(remote) && !known) throw new Problem("forbidden", "This host name is not allowed.");
  const { origin } = headers;
  if (origin === undefined || allowedOrigins.includes("*") || allowedOrigins.includes(origin)) return;
  const page = hostnameOf(origin);
  if (page === undefined || !LOOPBACK.has(page)) throw new Problem("forbidden", "This origin is not allowed.");
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:::1$|(?:::ffff:)?127\.)/.test(address);
}
