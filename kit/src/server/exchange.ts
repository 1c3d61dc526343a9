import type { Principal } from "./auth/principal.js";
import type { Core } from "./core.js";
import type { Logger } from "./log.js";
import type { RequestContext, UniversalRequest } from "./request.js";

const ACCEPTABLE_ID = /^[\w.-]{1,128}$/;

/** One request on its way through the pipeline: its id, its logger and the signal that ends it. */
export class Exchange {
  readonly id: string;
  readonly log: Logger;
  /** Name of the operation or channel, once it is known. */
  operation = "";
  readonly #controller = new AbortController();
  readonly #startedAt = performance.now();
  readonly #abort = (): void => this.#controller.abort(this.request.signal.reason);

  constructor(
    readonly core: Core,
    readonly request: UniversalRequest,
  ) {
    const wanted = request.headers["x-request-id"];
    this.id = wanted !== undefined && ACCEPTABLE_ID.test(wanted) ? wanted : crypto.randomUUID();
    this.log = core.log.child({ requestId: this.id });
    core.begin(this.#controller);
    if (request.signal.aborted) this.#abort();
    else request.signal.addEventListener("abort", this.#abort, { once: true });
  }

  /** Aborts when the client is gone or the server's grace period is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Milliseconds since the request came, for the log. */
  get elapsed(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  /** Nothing more will be done for this request. */
  end(): void {
    this.request.signal.removeEventListener("abort", this.#abort);
    this.core.end(this.#controller);
  }

  context(principal: Principal | undefined): RequestContext {
    const { headers, remote } = this.request;
    const { traceparent, tracestate } = headers;
    return {
      requestId: this.id,
      signal: this.signal,
      log: this.log,
      operation: this.operation,
      headers,
      ...(principal ? { principal } : {}),
      ...(remote === undefined ? {} : { remote }),
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(tracestate === undefined ? {} : { tracestate }),
    };
  }
}
