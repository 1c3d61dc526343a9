import type { TimeLimit } from "../attempt.js";
import { initOf } from "../engine.js";
import type { Send } from "../part.js";

/** Calls the platform's `fetch`. */
export const fetchAnswer: Send = ({ engine }, request, trial) =>
  trial.answer(fetch(engine.baseUrl + request.target, initOf(request, trial.signal)));

/** Milliseconds; 0 is no limit. */
export function timeLimit(ms: number): TimeLimit {
  return { begin: (attempt) => attempt.arm(ms), end: (attempt) => attempt.disarm() };
}
