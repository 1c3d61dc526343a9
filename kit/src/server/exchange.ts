import type { Activity } from "./activities.js";
import type { Principal } from "./auth/principal.js";
import type { Core } from "./core.js";
import { type Logger, silent } from "./log.js";
import type { RequestContext, UniversalRequest } from "./request.js";
import { requestId } from "./request-ids.js";

const ACCEPTABLE_ID = /^[\w.-]{1,128}$/;

/**
 * One request on its way through the pipeline: its id, its logger and the signal that ends it. Signal and logger
 * are made when somebody asks, because they cost more than all else here and most methods need neither.
 */
export class Exchange implements Activity {
  readonly id: string;
  /** Name of the operation or channel, once it is known. */
  operation = "";
  before: Activity | undefined;
  after: Activity | undefined;
  /** Told of an `abort`, beside the signal. */
  onAbort: (() => void) | undefined;
  readonly #startedAt: number;
  #request: UniversalRequest;
  #log: Logger | undefined;
  #controller: AbortController | undefined;
  #follow: (() => void) | undefined;
  #aborted: Error | undefined;
  #ended = false;

  constructor(
    readonly core: Core,
    request: UniversalRequest,
  ) {
    this.#request = request;
    const wanted = request.headers["x-request-id"];
    this.id = wanted !== undefined && ACCEPTABLE_ID.test(wanted) ? wanted : requestId();
    this.#startedAt = core.log === silent ? 0 : performance.now();
    core.activities.add(this);
  }

  get request(): UniversalRequest {
    return this.#request;
  }

  /** A logger that carries the request id. */
  get log(): Logger {
    this.#log ??= this.core.log.child({ requestId: this.id });
    return this.#log;
  }

  /** Aborts when the client is gone or the server's grace period is over. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted);
      else if (!this.#ended) this.#followRequest(this.#controller, this.request.signal);
    }
    return this.#controller.signal;
  }

  /** Nobody waits for the answer any more. */
  get isAborted(): boolean {
    return this.#aborted !== undefined || this.request.signal.aborted;
  }

  /** Milliseconds since the request came, for the log. */
  get elapsed(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  /** Tells the method to stop. */
  abort(reason: Error): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
    this.onAbort?.();
  }

  /** Lets go of the request, once it has been read: what stays open for long should not keep all of it in memory. */
  forgetRequest(): void {
    this.#request = FORGOTTEN;
  }

  /** Nothing more will be done for this request. */
  end(): void {
    this.#ended = true;
    if (this.#follow) this.request.signal.removeEventListener("abort", this.#follow);
    this.core.activities.remove(this);
  }

  /** @param life whose signal is the context's, where it is not the request's */
  context(principal: Principal | undefined, life: { readonly signal: AbortSignal } = this): RequestContext {
    return new Context(this, principal, life);
  }

  #followRequest(controller: AbortController, signal: AbortSignal): void {
    this.#follow = () => controller.abort(signal.reason);
    if (signal.aborted) this.#follow();
    else signal.addEventListener("abort", this.#follow, { once: true });
  }
}

const FORGOTTEN: UniversalRequest = { method: "", target: "", headers: {}, signal: new AbortController().signal };

/** What a method gets to know; see `RequestContext`. */
class Context implements RequestContext {
  readonly requestId: string;
  readonly operation: string;
  readonly headers: Readonly<Record<string, string>>;
  declare readonly principal?: Principal;
  declare readonly remote?: string;
  declare readonly traceparent?: string;
  declare readonly tracestate?: string;
  readonly #exchange: Exchange;
  readonly #life: { readonly signal: AbortSignal };

  constructor(exchange: Exchange, principal: Principal | undefined, life: { readonly signal: AbortSignal }) {
    const { headers, remote } = exchange.request;
    const { traceparent, tracestate } = headers;
    this.requestId = exchange.id;
    this.operation = exchange.operation;
    this.headers = headers;
    this.#exchange = exchange;
    this.#life = life;
    if (principal) this.principal = principal;
    if (remote !== undefined) this.remote = remote;
    if (traceparent !== undefined) this.traceparent = traceparent;
    if (tracestate !== undefined) this.tracestate = tracestate;
  }

  get signal(): AbortSignal {
    return this.#life.signal;
  }

  get log(): Logger {
    return this.#exchange.log;
  }
}
