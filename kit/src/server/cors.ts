import type { UniversalRequest } from "./request.js";
import type { UniversalResponse } from "./response.js";

/** Which web pages of other origins may call. Without it, none may. */
export interface CorsOptions {
  /** Origins such as `https://app.example.com`; `"*"` is every origin, and then without credentials. */
  readonly origins: readonly string[];
  /** Request headers beyond the contract's and the usual ones. */
  readonly headers?: readonly string[];
  /** Seconds a browser may remember the answer. Default 600. */
  readonly maxAge?: number;
}

const REQUEST_HEADERS = [
  "authorization",
  "content-type",
  "idempotency-key",
  "last-event-id",
  "traceparent",
  "x-request-id",
];
const EXPOSED_HEADERS = "www-authenticate, x-request-id, retry-after, location";
const DEFAULT_MAX_AGE_SECONDS = 600;

/** Is this the question of a browser before the real request? It comes without credentials, by design. */
export function isPreflight(request: UniversalRequest): boolean {
  const { method, headers } = request;
  return (
    method === "OPTIONS" && headers["origin"] !== undefined && headers["access-control-request-method"] !== undefined
  );
}

/** Headers that let the asking page read the response; none when its origin may not. */
export function corsHeaders(cors: CorsOptions | undefined, request: UniversalRequest): Record<string, string> {
  const origin = request.headers["origin"];
  if (!cors || origin === undefined) return {};
  const allowed = cors.origins.includes("*") ? "*" : cors.origins.includes(origin) ? origin : undefined;
  if (allowed === undefined) return { vary: "origin" };
  return {
    "access-control-allow-origin": allowed,
    "access-control-expose-headers": EXPOSED_HEADERS,
    ...(allowed === "*" ? {} : { vary: "origin" }),
  };
}

/** The answer to a preflight. An origin that is not allowed gets no permission, which is a refusal. */
export function preflightResponse(
  cors: CorsOptions,
  request: UniversalRequest,
  methods: readonly string[],
): UniversalResponse {
  const headers = corsHeaders(cors, request);
  if (headers["access-control-allow-origin"] === undefined) return { status: 204, headers };
  return {
    status: 204,
    headers: {
      ...headers,
      "access-control-allow-methods": methods.join(", "),
      "access-control-allow-headers": [...REQUEST_HEADERS, ...(cors.headers ?? [])].join(", "),
      "access-control-max-age": String(cors.maxAge ?? DEFAULT_MAX_AGE_SECONDS),
    },
  };
}

/**
 * May a WebSocket be opened from here? Browsers send sockets to any host and put no CORS before them, so a
 * page of another origin must be allowed by name; programs send no `Origin`.
 */
export function mayOpenSocket(cors: CorsOptions | undefined, request: UniversalRequest): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (cors?.origins.includes("*") || cors?.origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
