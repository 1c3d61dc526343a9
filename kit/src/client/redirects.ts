import type { Middleware } from "./options.js";

const MAX_REDIRECTS = 5;

/**
 * Middleware that follows redirects of GET and HEAD within the origin of the request, at most 5. Without it a redirect is
 * an error, because it is not in the contract. Never across origins: credentials stay where they belong. In browsers
 * it finds nothing to follow: they hide where a redirect leads.
 *
 * @example
 * const runtime = new RuntimeClient({ baseUrl, middleware: [followRedirects] });
 */
export const followRedirects: Middleware = async (request, next) => {
  let response = await next(request);
  let from = request.url;
  for (let hops = 0; hops < MAX_REDIRECTS; hops++) {
    const to = redirectOf(from, request.method, response);
    if (to === undefined) break;
    await response.body?.cancel().catch(() => {});
    from = to;
    response = await next(new Request(to, request));
  }
  return response;
};

function redirectOf(from: string, method: string, { status, headers }: Response): string | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || (method !== "GET" && method !== "HEAD")) return undefined;
  const location = headers.get("location");
  const to = location !== null && URL.canParse(location, from) ? new URL(location, from) : undefined;
  return to?.origin === new URL(from).origin ? to.href : undefined;
}
