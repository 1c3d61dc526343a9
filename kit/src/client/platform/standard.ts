import type { TimeLimit } from "../attempt.js";
import type { Trial } from "../plan.js";

/** Calls the platform's `fetch`, and ends with the attempt. */
export function fetchWithin(trial: Trial, url: string, init: RequestInit): Promise<Response> {
  init.signal = trial.signal ?? null;
  return fetch(url, init);
}

/** Milliseconds; 0 is no limit. */
export function timeLimit(ms: number): TimeLimit {
  return { begin: (attempt) => attempt.arm(ms), end: (attempt) => attempt.disarm() };
}
