import type { Media, Response as ResponseRow } from "../operation.js";
import { chunksOf } from "./answer.js";
import type { Steps } from "./part.js";
import type { Answer, CallResponse } from "./plan.js";
import { failureOf, successRow } from "./problem.js";

/** How an answer becomes a value. */
export interface Reader {
  /** The media type that an answer has, of those that the contract declares. Throws `InvalidResponseError`. */
  pick(operation: string, content: readonly Media[], answer: Answer): Media;
  /** Throws `InvalidResponseError`. */
  decode(operation: string, media: Media, chunks: Uint8Array[], answer: Answer): unknown;
  /** What the caller gets; without declared headers by default. */
  received?(body: unknown, answer: Answer, declared: ResponseRow): CallResponse<unknown>;
}

/** The step that reads answers as the operation's row declares them, and judges their bodies. */
export function reading({ pick, decode, received }: Reader): Steps["read"] {
  return async (plan, answer, trial, options) => {
    const { row, part } = plan;
    const { name, method } = row;
    const declared = successRow(row, answer.status);
    if (!declared) throw await failureOf(plan, answer, trial);
    const { content } = declared;
    const chunks = await chunksOf(plan, answer, trial);
    let body: unknown;
    if (content && method !== "HEAD" && answer.status !== 204 && answer.status !== 205) {
      const media = pick(name, content, answer);
      body = decode(name, media, chunks, answer);
      if (body instanceof Promise) body = await body;
      const judging = part.judge?.(plan, media, body, options);
      if (judging) await judging;
    }
    return received?.(body, answer, declared) ?? new Received(body, answer);
  };
}

/** Headers are worked out on demand: not every caller looks, and not every transport has them at hand. */
export class Received implements CallResponse<unknown> {
  constructor(
    readonly body: unknown,
    private readonly answer: Answer,
  ) {}

  get status(): number {
    return this.answer.status;
  }

  get headers(): Headers {
    return this.answer.headers;
  }

  get header(): object {
    return {};
  }
}
