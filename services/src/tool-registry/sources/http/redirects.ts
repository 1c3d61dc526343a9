import { ToolError } from "../../tool.js";

const MAX_REDIRECTS = 5;
/** These ask for the same request again; the others for a GET. */
const SAME_METHOD: ReadonlySet<number> = new Set([307, 308]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Follows redirects within the origin of the request: its headers may hold credentials, and its host was chosen.
 * @throws ToolError for one that leads elsewhere, or for too many
 */
export async function fetchWithinOrigin(start: URL, init: RequestInit): Promise<Response> {
  let url = start;
  let request = init;
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const response = await fetch(url, { ...request, redirect: "manual" });
    const location = response.headers.get("location");
    if (!REDIRECTS.has(response.status) || location === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(location, url) || new URL(location, url).origin !== start.origin) {
      throw new ToolError("The endpoint of the tool redirects to another place, which is not followed.", {
        status: response.status,
      });
    }
    url = new URL(location, url);
    if (!SAME_METHOD.has(response.status)) request = asGet(request);
  }
  throw new ToolError(`The endpoint of the tool redirects more than ${MAX_REDIRECTS} times.`);
}

function asGet({ body: _, ...init }: RequestInit): RequestInit {
  const headers = new Headers(init.headers);
  headers.delete("content-type");
  return { ...init, method: "GET", headers };
}
