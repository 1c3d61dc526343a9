/**
 * What Node does at less cost than the standard's way: a signal and a timer of its own for each call, and the stream that
 * `fetch` makes of a text, take more time than all else that a client adds.
 */
import type { Limited, TimeLimit } from "../attempt.js";
import { initOf } from "../engine.js";
import { TimeoutError } from "../errors.js";
import type { Send } from "../part.js";
import type { Trial } from "../plan.js";
import * as standard from "./standard.js";

/** Where Node, and the package `undici`, keep the dispatcher that `fetch` sends with, once it was used. */
const DISPATCHER = Symbol.for("undici.globalDispatcher.1");
const nodeFetch = globalThis.fetch;
/** The versions whose dispatchers and handlers are as below. */
const knowsHandlers = /^[67]\./.test(globalThis.process?.versions?.["undici"] ?? "");

interface Handler {
  onConnect?(abort: (reason: unknown) => void, context: unknown): void;
}

interface Dispatcher {
  readonly isMockActive?: boolean;
  dispatch(options: object, handler: Handler): boolean;
}

/** Calls the platform's `fetch`. */
export const fetchAnswer: Send = (plan, request, trial) => {
  // Whoever has put another `fetch` in its place expects the standard's signal.
  if (!knowsHandlers || fetch !== nodeFetch || dispatcher() === undefined) {
    return standard.fetchAnswer(plan, request, trial);
  }
  const init: RequestInit & { dispatcher?: Dispatcher } = initOf(request, trial.onEnd ? undefined : trial.signal);
  init.dispatcher = new Passage(trial, init.body);
  return trial.answer(fetch(plan.engine.baseUrl + request.target, init));
};

function dispatcher(): Dispatcher | undefined {
  return (globalThis as { [DISPATCHER]?: Dispatcher })[DISPATCHER];
}

/** Stands before the dispatcher: hands a text over as it is, and hears how the request is aborted. */
class Passage implements Dispatcher {
  constructor(
    private readonly trial: Trial,
    private readonly body: unknown,
  ) {}

  get isMockActive(): boolean {
    return dispatcher()?.isMockActive === true;
  }

  dispatch(options: { body?: unknown }, handler: Handler): boolean {
    // `fetch` has made a stream of it, which takes longer to write than the whole text.
    if (typeof this.body === "string") options.body = this.body;
    const { onConnect } = handler;
    handler.onConnect = (abort, context) => {
      onConnect?.call(handler, abort, context);
      this.trial.onEnd?.(abort);
    };
    return (dispatcher() as Dispatcher).dispatch(options, handler);
  }
}

/** Milliseconds; 0 is no limit. */
export function timeLimit(ms: number): TimeLimit {
  return ms > 0 && ms < 2 ** 31 ? new Deadlines(ms) : standard.timeLimit(ms);
}

/** One timer for all attempts: who began first is due first. */
class Deadlines implements TimeLimit {
  readonly #ms: number;
  readonly #due = new Map<Limited, number>();
  #timer: NodeJS.Timeout | undefined;
  /** What made the timer: a test may have put its own clock in place of it. */
  #setTimeout: typeof setTimeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  begin(attempt: Limited): void {
    if (this.#timer === undefined || this.#setTimeout !== setTimeout) this.#wait(this.#ms);
    else if (this.#due.size === 0) this.#timer.ref();
    this.#due.set(attempt, performance.now() + this.#ms);
  }

  end(attempt: Limited): void {
    // The timer stays for the next attempt, without keeping the process alive.
    if (this.#due.delete(attempt) && this.#due.size === 0) this.#timer?.unref();
  }

  #wait(ms: number): void {
    this.#timer?.unref();
    this.#setTimeout = setTimeout;
    this.#timer = setTimeout(() => this.#ring(), ms);
  }

  #ring(): void {
    this.#timer = undefined;
    for (const [attempt, due] of this.#due) {
      const left = due - performance.now();
      // Timers may ring a fraction of a millisecond early.
      if (left >= 1) {
        this.#wait(left);
        return;
      }
      this.#due.delete(attempt);
      attempt.end(new TimeoutError(attempt.operation, this.#ms));
    }
  }
}
