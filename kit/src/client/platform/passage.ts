import type { Trial } from "../plan.js";
import { isShort, ShortBody } from "./short-answer.js";

/** Where Node, and the package `undici`, keep the dispatcher that `fetch` sends with, once it was used. */
const DISPATCHER = Symbol.for("undici.globalDispatcher.1");

/** What `fetch` hands over to hear of its request. */
interface Handler {
  onConnect(abort: (reason: unknown) => void, context: unknown): void;
  onHeaders(status: number, rawHeaders: readonly (Uint8Array | string)[], resume: () => void, text: string): boolean;
  onData(chunk: Uint8Array): boolean;
  onComplete(trailers: unknown): void;
  onError(error: unknown): void;
}

interface Request {
  readonly method?: string;
  body?: unknown;
}

/** What sends the requests of `fetch`: an `Agent`, or what an application has put in its place. */
export interface Dispatcher {
  readonly isMockActive?: boolean;
  dispatch(request: Request, handler: Handler): boolean;
}

/** Undefined before the first request. */
export function globalDispatcher(): Dispatcher | undefined {
  return (globalThis as { [DISPATCHER]?: Dispatcher })[DISPATCHER];
}

/**
 * Stands between `fetch` and its dispatcher: hands a text over as it is, hears how the request is aborted, and takes a
 * short answer's body past the streams.
 */
export class Passage implements Dispatcher {
  /** The answer's body, where it is short. */
  gathered: ShortBody | undefined;

  constructor(
    private readonly trial: Trial,
    private readonly body: unknown,
  ) {}

  get isMockActive(): boolean {
    return globalDispatcher()?.isMockActive === true;
  }

  dispatch(request: Request, handler: Handler): boolean {
    // `fetch` has made a stream of it, which takes longer to write than the whole text.
    if (typeof this.body === "string") request.body = this.body;
    const { onConnect, onHeaders, onData, onComplete, onError } = handler;
    handler.onConnect = (abort, context) => {
      onConnect.call(handler, abort, context);
      this.trial.onEnd?.(abort);
    };
    handler.onHeaders = (status, rawHeaders, resume, text) => {
      this.gathered = request.method !== "HEAD" && isShort(status, rawHeaders) ? new ShortBody() : undefined;
      return onHeaders.call(handler, status, rawHeaders, resume, text);
    };
    handler.onData = (chunk) => {
      if (!this.gathered) return onData.call(handler, chunk);
      this.gathered.push(chunk);
      return true;
    };
    handler.onComplete = (trailers) => {
      this.gathered?.end();
      onComplete.call(handler, trailers);
    };
    handler.onError = (error) => {
      this.gathered?.fail(error);
      onError.call(handler, error);
    };
    return (globalDispatcher() as Dispatcher).dispatch(request, handler);
  }
}
