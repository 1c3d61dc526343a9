import type { ErrorShape } from "../operation.js";
import { setAt } from "./members.js";
import { headerText, type UniversalResponse } from "./response.js";

/** The kit's own problem codes: default status, and the sentence used when a problem brings none. */
const PROBLEMS = {
  invalid_request: [400, "The request does not match the contract."],
  malformed_body: [400, "The request body could not be read."],
  unauthorized: [401, "Authentication is required."],
  forbidden: [403, "This is not allowed."],
  not_found: [404, "There is no such thing here."],
  route_not_found: [404, "No such path."],
  method_not_allowed: [405, "This path does not take this method."],
  not_acceptable: [406, "None of the accepted media types is available."],
  conflict: [409, "The request conflicts with the current state."],
  payload_too_large: [413, "The request body is too large."],
  unsupported_media_type: [415, "The request body has a media type that is not supported here."],
  rate_limited: [429, "Too many requests."],
  internal_error: [500, "Something went wrong on the server."],
  not_implemented: [501, "This operation is not implemented."],
  unavailable: [503, "The service is not available right now."],
} as const satisfies Record<string, readonly [number, string]>;

/** A code that the kit itself uses; contracts may spell it their own way (`x-errors.codes`). */
export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemOptions {
  /** HTTP status. Default: the code's own, and 400 for a code that the kit does not know. */
  readonly status?: number;
  /** Facts for programs. Goes out only where the protocol has a place for it. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** May the same request succeed later? Default: true for `rate_limited` and `unavailable`, else unsaid. */
  readonly retryable?: boolean;
  /** Response headers, names in lower case, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log only. */
  readonly cause?: unknown;
}

/**
 * An outcome that the client should hear about. Throw it from any method: it is answered in the protocol's
 * own error body. Its message is sent to the client, so it must not hold secrets.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryable?: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly #status: number | undefined;

  constructor(
    readonly code: ProblemCode | (string & {}),
    message?: string,
    options: ProblemOptions = {},
  ) {
    super(message ?? known(code)?.[1] ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.#status = options.status;
    this.headers = options.headers ?? {};
    if (options.details) this.details = options.details;
    const retryable = options.retryable ?? (code === "rate_limited" || code === "unavailable" ? true : undefined);
    if (retryable !== undefined) this.retryable = retryable;
  }

  /** The HTTP status in a protocol: the problem's own, the contract's for this code, the kit's, or 400. */
  statusIn(shape: ErrorShape): number {
    return this.#status ?? shape.codes?.[this.code]?.status ?? known(this.code)?.[0] ?? 400;
  }

  /** The error body in a protocol's own shape; a shape without pointers is RFC 9457. */
  toBody(shape: ErrorShape): Record<string, unknown> {
    const code = shape.codes?.[this.code]?.code ?? this.code;
    const status = this.statusIn(shape);
    const body: Record<string, unknown> = {};
    if (shape.code === undefined && shape.message === undefined) {
      Object.assign(body, { type: "about:blank", title: known(this.code)?.[1] ?? code, status, detail: this.message });
      body["code"] = code;
      if (this.details) body["details"] = this.details;
      return body;
    }
    const place = (pointer: string | undefined, value: unknown): void => {
      if (pointer !== undefined && value !== undefined) setAt(body, pointer, value);
    };
    place(shape.code, code);
    place(shape.message, this.message);
    place(shape.details, this.details);
    place(shape.retryable, this.retryable);
    place(shape.status, status);
    return body;
  }

  /** The whole response: status, headers and the error body. */
  toResponse(shape: ErrorShape): UniversalResponse {
    const headers = Object.entries(this.headers).filter(([, value]) => headerText(value) !== undefined);
    return {
      status: this.statusIn(shape),
      headers: { ...Object.fromEntries(headers), "content-type": shape.media },
      body: JSON.stringify(this.toBody(shape)),
    };
  }
}

function known(code: string): readonly [number, string] | undefined {
  return Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as ProblemCode] : undefined;
}
