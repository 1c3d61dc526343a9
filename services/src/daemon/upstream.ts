import { ApiError, TimeoutError } from "@agentwire/kit/client";
import { Problem } from "@agentwire/kit/server";
import type { ErrorCause, ErrorDetail } from "@agentwire/models/common";

/** A runtime could not be asked: 504 when it took too long, else 502. What it said goes out as `cause`. */
export class UpstreamProblem extends Problem {
  readonly upstream: ErrorCause;

  constructor(message: string, error: unknown) {
    const code = error instanceof TimeoutError ? "runtime.timeout" : "runtime.unavailable";
    super(code, message, { status: error instanceof TimeoutError ? 504 : 502, retryable: true });
    this.upstream = causeOf(error);
  }

  // The kit's problems have no place for a cause; the contract's envelope does.
  override toBody(...shape: Parameters<Problem["toBody"]>): Record<string, unknown> {
    const body = super.toBody(...shape);
    return { ...body, error: { ...(body["error"] as object), cause: this.upstream } };
  }

  /** The same as a run's result has it. */
  toDetail(): ErrorDetail {
    return { code: this.code, message: this.message, retryable: true, cause: this.upstream };
  }
}

/** What went wrong at the runtime, in its own words where it has any. */
export function causeOf(error: unknown): ErrorCause {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ApiError)) return { message };
  return { message, ...(error.code === undefined ? {} : { code: error.code }), details: { status: error.status } };
}
