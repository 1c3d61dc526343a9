import type { ErrorShape } from "../operation.js";
import type { Violation } from "../validation/types.js";
import { valueAt } from "./pointer.js";

/** Every error that a client, stream or channel throws by itself. */
export class AgentwireError extends Error {
  /** The operation or channel that failed, such as `createRun`. */
  readonly operation: string;

  constructor(operation: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.operation = operation;
  }
}

/** No answer: the connection failed, or was lost before the answer was complete. `cause` says why. */
export class ConnectionError extends AgentwireError {}

/** No answer within `timeoutMs` milliseconds. */
export class TimeoutError extends AgentwireError {
  readonly timeoutMs: number;

  constructor(operation: string, timeoutMs: number) {
    super(operation, `${operation} had no complete answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** The caller's `signal` fired; `cause` is its reason. Its name is `AbortError`, as for `fetch`. */
export class AbortedError extends AgentwireError {
  constructor(operation: string, reason?: unknown) {
    super(operation, `${operation} was aborted`, { cause: reason });
    this.name = "AbortError";
  }
}

/** The request or message breaks the contract. Nothing was sent. */
export class InvalidRequestError extends AgentwireError {
  /** What is wrong, with pointers into the request object (`/path/run_id`) or the message. */
  readonly violations: readonly Violation[];

  constructor(operation: string, violations: readonly Violation[]) {
    super(operation, `${operation}: invalid request: ${sentence(violations)}`);
    this.violations = violations;
  }
}

/** The answer breaks the contract: a wrong media type, malformed content, or a value that the schema refuses. */
export class InvalidResponseError extends AgentwireError {
  /** What the schema says, with pointers into the body or item; empty when there was nothing to validate. */
  readonly violations: readonly Violation[];

  constructor(operation: string, reason: string, violations: readonly Violation[] = [], options?: ErrorOptions) {
    const detail = violations.length === 0 ? "" : `: ${sentence(violations)}`;
    super(operation, `${operation}: invalid response: ${reason}${detail}`, options);
    this.violations = violations;
  }
}

/** A status below 400 that the contract does not declare, such as a redirect. */
export class UnexpectedResponseError extends AgentwireError {
  readonly status: number;
  readonly headers: Headers;

  constructor(operation: string, status: number, headers: Headers, reason: string) {
    super(operation, `${operation}: ${reason}`);
    this.status = status;
    this.headers = headers;
  }
}

/** What an {@link ApiError} is made of. */
export interface ApiProblem {
  readonly operation: string;
  /** HTTP status, 400 to 599. */
  readonly status: number;
  readonly headers: Headers;
  /** The decoded body: JSON where it is JSON, else at most 500 characters of its text; absent when empty. */
  readonly body?: unknown;
  readonly shape: ErrorShape;
}

/** The server said no: any answer with a status of 400 or more. */
export class ApiError extends AgentwireError {
  readonly status: number;
  readonly headers: Headers;
  /** The decoded body: JSON where it is JSON, else at most 500 characters of its text. */
  readonly body: unknown;
  /** The service's own code, such as `not_found`, where its protocol has one. */
  readonly code: string | undefined;
  readonly details: unknown;
  /** What the service says about trying again; `undefined` when it says nothing. */
  readonly retryable: boolean | undefined;
  /** `X-Request-Id` of the answer, to quote in a report. */
  readonly requestId: string | undefined;
  /** `Retry-After` in milliseconds from the arrival of the answer. */
  readonly retryAfterMs: number | undefined;

  constructor({ operation, status, headers, body, shape }: ApiProblem) {
    const at = (pointer: string | undefined) => (pointer === undefined ? undefined : valueAt(body, pointer));
    const message = text(at(shape.message));
    const excerpt = typeof body === "string" && body !== "" ? `: ${body}` : "";
    super(operation, message ?? `${operation} answered ${status}${excerpt}`);
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.code = text(at(shape.code));
    this.details = at(shape.details);
    const retryable = at(shape.retryable);
    this.retryable = typeof retryable === "boolean" ? retryable : undefined;
    this.requestId = headers.get("x-request-id") ?? undefined;
    this.retryAfterMs = retryAfter(headers.get("retry-after"));
  }

  /** The error of the class that fits the status. */
  static of(problem: ApiProblem): ApiError {
    const Class = byStatus[problem.status] ?? (problem.status >= 500 ? ServerError : ApiError);
    return new Class(problem);
  }
}

export class BadRequestError extends ApiError {}
export class UnauthorizedError extends ApiError {}
export class ForbiddenError extends ApiError {}
export class NotFoundError extends ApiError {}
export class ConflictError extends ApiError {}
export class PayloadTooLargeError extends ApiError {}
export class UnprocessableError extends ApiError {}
/** Too many requests; `retryAfterMs` says how long to wait when the server does. */
export class RateLimitedError extends ApiError {}
/** Any status from 500. */
export class ServerError extends ApiError {}

const byStatus: Readonly<Record<number, typeof ApiError>> = {
  400: BadRequestError,
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  413: PayloadTooLargeError,
  422: UnprocessableError,
  429: RateLimitedError,
};

/** The channel is closed: `code` and `reason` of the close frame, `meaning` as the contract has it. */
export class ChannelClosedError extends AgentwireError {
  readonly code: number;
  readonly reason: string;
  readonly meaning: string | undefined;

  constructor(channel: string, code: number, reason: string, meaning?: string) {
    super(
      channel,
      `${channel} is closed (${[code, meaning, reason].filter((part) => part !== undefined && part !== "").join(", ")})`,
    );
    this.code = code;
    this.reason = reason;
    this.meaning = meaning;
  }
}

/** Messages came faster than they were read, and the buffer is full. The socket was closed with 4009. */
export class ChannelOverflowError extends AgentwireError {}

/** `Retry-After` (RFC 9110 §10.2.3), seconds or an HTTP date, in milliseconds from now; never negative. */
export function retryAfter(value: string | null, now: number = Date.now()): number | undefined {
  if (value === null) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  // Date.parse also takes "1.5" for a day in 2001; an HTTP date starts with a day's name.
  const date = /^\s*[A-Za-z]/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function text(value: unknown): string | undefined {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" ? String(value) : undefined;
}

function sentence(violations: readonly Violation[]): string {
  return violations.map(({ pointer, message }) => `${pointer === "" ? "it" : pointer} ${message}`).join("; ");
}
