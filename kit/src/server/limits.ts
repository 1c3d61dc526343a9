import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Problem } from "./problem.js";
import type { UniversalRequest } from "./request.js";

/** How many requests a caller may make. */
export interface RateLimit {
  /** Requests per window. */
  readonly requests: number;
  /** Window, in seconds. */
  readonly seconds: number;
  /** What is counted together. Default: the peer's address. */
  readonly key?: (request: UniversalRequest) => string;
}

/** What one request may cost. */
export interface Limits {
  /** Bytes of a request body. Default 1 MiB. */
  readonly body?: number;
  /** Levels of nesting in a JSON body. Default 200. */
  readonly depth?: number;
  /** Default: no limit. Counted in this process, before authentication. */
  readonly rate?: RateLimit;
}

export const DEFAULT_BODY_LIMIT = 1024 * 1024;
export const DEFAULT_DEPTH_LIMIT = 200;

/** Counts a request; rejects with the problem `rate_limited` and `Retry-After` when there were too many. */
export type RateGate = (request: UniversalRequest) => Promise<void>;

export function rateGate(rate: RateLimit | undefined): RateGate | undefined {
  if (!rate) return undefined;
  const limiter = new RateLimiterMemory({ points: rate.requests, duration: rate.seconds });
  const key = rate.key ?? ((request: UniversalRequest) => request.remote ?? "");
  return async (request) => {
    try {
      await limiter.consume(key(request));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw new Problem("rate_limited", undefined, { headers: { "retry-after": String(seconds) } });
    }
  };
}
