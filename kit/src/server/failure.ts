import type { Exchange } from "./exchange.js";
import { InvalidItem } from "./item-stream.js";
import { Problem } from "./problem.js";
import { ContractViolation } from "./respond.js";
import type { UniversalResponse } from "./response.js";

/** Any failure as a response: a problem as it is, everything else as `internal_error` without a word of why. */
export function failure(exchange: Exchange, error: unknown): UniversalResponse {
  const problem = error instanceof Problem ? error : new Problem("internal_error");
  if (!(error instanceof Problem) || error.cause !== undefined) report(exchange, error);
  return problem.toResponse(exchange.core.service.errors);
}

/** Logs a failure: what broke the contract without values, anything else as it is. */
export function report(exchange: Exchange, error: unknown): void {
  const { log, operation } = exchange;
  if (exchange.request.signal.aborted) {
    log.debug({ operation }, "the client left");
  } else if (error instanceof ContractViolation || error instanceof InvalidItem) {
    const found = error.violations.map(({ pointer, keyword, message }) => ({ pointer, keyword, message }));
    log.error({ operation, violations: found }, error.message);
  } else {
    log.error({ operation, err: error }, "the request failed");
  }
}

/** The answer while the server closes; the client should take another connection. */
export function leaving(): Problem {
  return new Problem("unavailable", "The server is shutting down.", { headers: { connection: "close" } });
}
