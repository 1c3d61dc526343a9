/**
 * What Node does at less cost than the standard's way: a signal and a timer of its own for each call, and the streams that
 * `fetch` makes of short texts, take more time than all else that a client adds.
 */
import type { TimeLimit } from "../attempt.js";
import { initOf } from "../engine.js";
import type { Send } from "../part.js";
import type { Answer } from "../plan.js";
import { Deadlines } from "./deadlines.js";
import { type Dispatcher, globalDispatcher, Passage } from "./passage.js";
import { ShortAnswer } from "./short-answer.js";
import * as standard from "./standard.js";

const nodeFetch = globalThis.fetch;
/** The versions whose dispatchers and handlers are those of {@link Passage}. */
const knowsHandlers = /^[67]\./.test(globalThis.process?.versions?.["undici"] ?? "");

/** Calls the platform's `fetch`. */
export const fetchAnswer: Send = (plan, request, trial) => {
  // Whoever has put another `fetch` in its place expects the standard's signal.
  if (!knowsHandlers || fetch !== nodeFetch || !globalDispatcher()) return standard.fetchAnswer(plan, request, trial);
  const init: RequestInit & { dispatcher?: Dispatcher } = initOf(request, trial.onEnd ? undefined : trial.signal);
  const passage = new Passage(trial, init.body);
  init.dispatcher = passage;
  const answered = fetch(plan.engine.baseUrl + request.target, init).then(
    (response): Answer => (passage.gathered ? new ShortAnswer(response, passage.gathered) : response),
  );
  return trial.answer(answered);
};

/** Milliseconds; 0 is no limit. */
export function timeLimit(ms: number): TimeLimit {
  return ms > 0 && ms < 2 ** 31 ? new Deadlines(ms) : standard.timeLimit(ms);
}
