/** A response on its way to the host. An iterable body is written chunk by chunk, pulled as the client reads. */
export interface UniversalResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

/**
 * A header value that a method may give to `reply`: of a list, items are divided by commas; an object is written as the
 * contract declares it. One that is undefined or null is left out.
 */
export type HeaderValue = string | number | boolean | object;

/** A value, or a promise of it: what a method may return. */
export type Awaitable<T> = T | PromiseLike<T>;

/** Headers by name, in any case. */
export type HeaderValues = Readonly<Record<string, HeaderValue>>;

/**
 * An answer with a status and headers of its own; a bare body answers with the lowest declared 2xx. In a generated
 * server `Headers` are those that the contract declares, and others may stand beside them.
 */
export class Reply<Body = unknown, Headers extends object = object> {
  constructor(
    readonly status: number,
    readonly body: Body,
    readonly headers: Headers,
  ) {}
}

/**
 * Answers with a chosen status: `return reply(201, run, { location: "/v1/runs/run_1" })`.
 * Body and headers are checked against what the contract declares for that status.
 */
export function reply(status: number): Reply<undefined, Record<never, never>>;
export function reply<Body>(status: number, body: Body): Reply<Body, Record<never, never>>;
export function reply<Body, Headers extends HeaderValues>(
  status: number,
  body: Body,
  headers: Headers,
): Reply<Body, Headers>;
export function reply(status: number, body?: unknown, headers: HeaderValues = {}): Reply {
  return new Reply(status, body, headers);
}

/** The text of a header value. Undefined when it could not be a header: control characters, or beyond latin-1. */
export function headerText(value: HeaderValue): string | undefined {
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? text : undefined;
}
