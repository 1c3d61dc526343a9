import type { Principal } from "./auth/principal.js";
import type { Logger } from "./log.js";

/** A body that its host can collect at once, which is cheaper than chunk by chunk. */
export interface RequestBody extends AsyncIterable<Uint8Array> {
  /** Calls `done` with all bytes, or undefined when they are more than `limit`; `cut` when the body ends too early. */
  collect?(limit: number, done: (bytes: Uint8Array | undefined) => void, cut: () => void): void;
}

/**
 * One HTTP request as the pipeline sees it, whatever the host: `node:http`, fetch, Fastify or Express.
 * Adapters build it; nothing in the pipeline knows where it came from.
 */
export interface UniversalRequest {
  /** In upper case, as on the wire. */
  readonly method: string;
  /** Path and query exactly as sent, still percent-encoded: `/v1/runs/a%2Fb?limit=2`. */
  readonly target: string;
  /** Names in lower case; repeated fields joined as HTTP says. */
  readonly headers: Readonly<Record<string, string>>;
  /** The raw body. Read at most once, and never further than the size limit. */
  readonly body?: RequestBody | Uint8Array | undefined;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  /** The peer's address, for rate limits and logs. */
  readonly remote?: string | undefined;
}

/** What a method knows of the request beside its contents. */
export interface RequestContext {
  /** The client's `X-Request-Id` when it is acceptable, else a fresh UUID; echoed in the response. */
  readonly requestId: string;
  /** W3C trace context as received, to pass on to calls made for this request. */
  readonly traceparent?: string;
  readonly tracestate?: string;
  /** Who is calling. Absent on public operations. */
  readonly principal?: Principal;
  /** Aborts when the client is gone or the server's grace period is over. */
  readonly signal: AbortSignal;
  /** A logger that carries the request id. */
  readonly log: Logger;
  /** Name of the operation or channel, such as `createRun`. */
  readonly operation: string;
  /** All request headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly remote?: string;
}

/** The validated contents of a request, as the method receives them. */
export interface RequestContents {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  header?: Record<string, unknown>;
  cookie?: Record<string, unknown>;
  body?: unknown;
}

/** The raw path and the raw query (without `?`) of a request target. */
export function splitTarget(target: string): { path: string; query: string } {
  const end = target.indexOf("#");
  const whole = end < 0 ? target : target.slice(0, end);
  const mark = whole.indexOf("?");
  return mark < 0 ? { path: whole, query: "" } : { path: whole.slice(0, mark), query: whole.slice(mark + 1) };
}
