import type { Response as ResponseRow } from "../operation.js";
import { chunksOf, essence, textIn } from "./answer.js";
import {
  type AgentwireError,
  ApiError,
  BadRequestError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  PayloadTooLargeError,
  RateLimitedError,
  ServerError,
  UnauthorizedError,
  UnexpectedResponseError,
  UnprocessableError,
} from "./errors.js";
import type { Answer, Plan, Trial } from "./plan.js";
import { valueAt } from "./pointer.js";
import { retryAfter } from "./retry-after.js";
import type { Row, ServiceFacts } from "./row.js";

/** The error that an answer other than a declared success is. Reads the body. */
export async function failureOf(plan: Plan, answer: Answer, trial: Trial, maxBytes?: number): Promise<AgentwireError> {
  const { status, headers } = answer;
  const { name } = plan.row;
  if (status < 400) {
    await answer.body?.cancel().catch(() => {});
    return new UnexpectedResponseError(name, status, headers, unexpected(answer));
  }
  // The status is worth more than a body that breaks off or is too large.
  const chunks = await chunksOf(plan, answer, trial, maxBytes).catch((error: unknown) => {
    if (trial.signal?.aborted) throw error;
    return [];
  });
  return apiError(name, status, headers, errorBody(textIn(chunks), essence(answer)), plan.engine.service);
}

/** The error of the class that fits the status, with what the service says in its own places. */
export function apiError(
  operation: string,
  status: number,
  headers: Headers,
  body: unknown,
  service: ServiceFacts | undefined,
): ApiError {
  const shape = service?.errors ?? ({} as Partial<ServiceFacts["errors"]>);
  const at = (pointer: string | undefined) => (pointer === undefined ? undefined : valueAt(body, pointer));
  const retryable = at(shape.retryable);
  const excerpt = typeof body === "string" && body !== "" ? `: ${body}` : "";
  const Class = byStatus[status] ?? (status >= 500 ? ServerError : ApiError);
  return new Class(operation, status, headers, body, {
    message: text(at(shape.message)) ?? `${operation} answered ${status}${excerpt}`,
    code: text(at(shape.code)),
    details: at(shape.details),
    retryable: typeof retryable === "boolean" ? retryable : undefined,
    requestId: headers.get("x-request-id") ?? undefined,
    retryAfterMs: retryAfter(headers.get("retry-after")),
  });
}

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

/** JSON where it is JSON, whatever the server calls it; a proxy's page as an excerpt. */
function errorBody(text: string, type: string): unknown {
  if (/[/+]json$/.test(type) || /^\s*[{[]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // Not JSON after all: shown as text.
    }
  }
  return text === "" ? undefined : text.slice(0, 500);
}

function unexpected({ status, headers, type }: Answer): string {
  // Browsers hide the status of a redirect, and where it leads.
  if (type === "opaqueredirect") return "redirected, and not followed";
  const location = headers.get("location");
  return location && status > 299
    ? `redirected (${status}) to ${location}, and not followed`
    : `status ${status} is not in the contract`;
}

function text(value: unknown): string | undefined {
  return typeof value === "number" || (typeof value === "string" && value !== "") ? String(value) : undefined;
}

/**
 * The contract's row for a status below 400: exact, then its range, then `default`. Where the contract declares any
 * success, `default` speaks of errors and does not count; where it declares failures alone, a success has no body.
 */
export function successRow({ responses = {} }: Row, status: number): ResponseRow | undefined {
  if (status < 200 || status >= 400) return undefined;
  const row = responses[status] ?? responses[`${Math.floor(status / 100)}XX`];
  if (row !== undefined) return row;
  if (Object.keys(responses).some((key) => /^[123]/.test(key))) return undefined;
  return responses["default"] ?? (status < 300 ? {} : undefined);
}
