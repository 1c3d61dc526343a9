import type { Violation } from "../validation/types.js";

/** Every error that a client, stream or channel throws by itself. */
export class AgentwireError extends Error {
  /** The operation or channel that failed, such as `createRun`. */
  declare readonly operation: string;

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
  declare readonly timeoutMs: number;

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

/** The error for a signal's reason, which may be one of ours already. */
export function abortedBy(operation: string, reason: unknown): AgentwireError {
  return reason instanceof AgentwireError ? reason : new AbortedError(operation, reason);
}

/** What the caller should see of a failure of the network. */
export function unreachable(operation: string, error: unknown): AgentwireError {
  if (error instanceof AgentwireError) return error;
  // Fetch says "fetch failed" and hides the reason in `cause`.
  const { message = error, cause } = Object(error) as Error;
  const reason = cause instanceof Error && cause.message ? ` (${cause.message})` : "";
  return new ConnectionError(operation, `${operation}: no connection: ${message}${reason}`, { cause: error });
}

/** What is sent or received breaks the contract. */
class ContractError extends AgentwireError {
  /** What is wrong, with pointers into what breaks it; empty when there was nothing to validate. */
  declare readonly violations: readonly Violation[];

  constructor(operation: string, what: string, violations: readonly Violation[] = [], options?: ErrorOptions) {
    const said = violations.map(({ pointer, message }) => `${pointer || "it"} ${message}`).join("; ");
    super(operation, `${operation}: invalid ${what}${said && `: ${said}`}`, options);
    this.violations = violations;
  }
}

/** The request or message breaks the contract. Nothing was sent. Pointers are into the request object or the message. */
export class InvalidRequestError extends ContractError {}

/** The answer breaks the contract: a wrong media type, malformed content, or a value that the schema refuses. */
export class InvalidResponseError extends ContractError {}

/** A status below 400 that the contract does not declare, such as a redirect. */
export class UnexpectedResponseError extends AgentwireError {
  declare readonly status: number;
  declare readonly headers: Headers;

  constructor(operation: string, status: number, headers: Headers, reason: string) {
    super(operation, `${operation}: ${reason}`);
    Object.assign(this, { status, headers });
  }
}

/** What a service says about an error, where its protocol has a place for it. */
export interface ProblemFacts {
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly details?: unknown;
  readonly retryable?: boolean | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** The server said no: any answer with a status of 400 or more. To a caller without parts, any but 2xx. */
export class ApiError extends AgentwireError {
  declare readonly status: number;
  declare readonly headers: Headers;
  /** The decoded body: JSON where it is JSON, else its text, of which a client keeps 500 characters. */
  declare readonly body: unknown;
  /** The service's own code, such as `not_found`, where its protocol has one. */
  declare readonly code: string | undefined;
  declare readonly details: unknown;
  /** What the service says about trying again; `undefined` when it says nothing. */
  declare readonly retryable: boolean | undefined;
  /** `X-Request-Id` of the answer, to quote in a report. */
  declare readonly requestId: string | undefined;
  /** `Retry-After` in milliseconds from the arrival of the answer. */
  declare readonly retryAfterMs: number | undefined;

  constructor(operation: string, status: number, headers: Headers, body: unknown, facts?: ProblemFacts) {
    super(operation, `${operation} answered ${status}`);
    Object.assign(this, { status, headers, body }, facts);
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
