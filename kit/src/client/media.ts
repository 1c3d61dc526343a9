import type { Media, Response as ResponseRow } from "../operation.js";
import { bytesIn, chunksOf, essence, textIn } from "./answer.js";
import { writeBody } from "./body.js";
import { InvalidResponseError } from "./errors.js";
import { headerValues } from "./header-values.js";
import type { Part } from "./part.js";
import type { Answer, CallResponse } from "./plan.js";
import { failureOf } from "./problem.js";
import type { Row } from "./row.js";

/** The part that writes and reads all media types, as the operation's row declares them. */
export const media: Part = {
  write: writeBody,
  /** Every whole media type of the operation's successes, and that of its errors. */
  accept: ({ responses = {} }, service) => {
    const content = Object.entries(responses)
      .filter(([status]) => /^[23]/.test(status))
      .flatMap(([, row]) => row.content ?? [])
      .filter(({ format }) => format !== "stream");
    const errors = service?.errors.media ?? "application/json";
    return [...new Set([...content.map(({ type }) => type), errors])].join(", ");
  },
  read: async (plan, answer, trial, options) => {
    const row = successRow(plan.row, answer.status);
    if (row === undefined) throw await failureOf(plan, answer, trial);
    const chunks = await chunksOf(plan, answer, trial);
    let body: unknown;
    const empty = chunks.length === 0 && (answer.status === 204 || answer.status === 205);
    if (row.content !== undefined && !empty && plan.row.method !== "HEAD") {
      const kind = mediaOf(plan.row.name, row.content, answer);
      body = decode(plan.row.name, kind, chunks, answer);
      if (body instanceof Promise) body = await body;
      const judging = plan.part.judge?.(plan, kind, body, options);
      if (judging) await judging;
    }
    return new Received(body, answer, row);
  },
};

/** Headers are worked out on demand: not every caller looks, and not every transport has them at hand. */
class Received implements CallResponse<unknown> {
  readonly status: number;

  constructor(
    readonly body: unknown,
    private readonly answer: Answer,
    private readonly row: ResponseRow,
  ) {
    this.status = answer.status;
  }

  get headers(): Headers {
    return this.answer.headers;
  }

  get header(): object {
    return headerValues(this.row.headers, this.answer.headers);
  }
}

/**
 * The contract's row for a status below 400: exact, then its range, then `default`. Where the contract declares any
 * success, `default` speaks of errors and does not count.
 */
export function successRow({ responses = {} }: Row, status: number): ResponseRow | undefined {
  if (status < 200 || status >= 400) return undefined;
  const row = responses[status] ?? responses[`${Math.floor(status / 100)}XX`];
  if (row !== undefined) return row;
  return Object.keys(responses).some((key) => /^[123]/.test(key)) ? undefined : responses["default"];
}

/** The media type of the contract that the answer has, by exact type and then by range. */
export function mediaOf(operation: string, content: readonly Media[], answer: Answer): Media {
  const type = essence(answer);
  const find = (wanted: string) => content.find((each) => each.type === wanted);
  const media = find(type) ?? find(`${type.split("/")[0]}/*`) ?? find("*/*");
  if (media !== undefined) return media;
  const wanted = content.map((each) => each.type).join(" or ");
  throw new InvalidResponseError(operation, `response: expected ${wanted}, got ${type || "no content type"}`);
}

function decode(operation: string, { format, type }: Media, chunks: Uint8Array[], answer: Answer): unknown {
  switch (format) {
    case "json":
      try {
        return JSON.parse(textIn(chunks));
      } catch (cause) {
        throw new InvalidResponseError(operation, `response: malformed ${type}`, [], { cause });
      }
    case "text":
      return textIn(chunks);
    case "form":
      return Object.fromEntries(new URLSearchParams(textIn(chunks)));
    case "multipart":
      return new Response(bytesIn(chunks) as BodyInit, {
        headers: { "content-type": answer.headers.get("content-type") ?? "" },
      }).formData();
    case "binary":
      return bytesIn(chunks);
    case "stream":
      throw new InvalidResponseError(operation, `response: ${type} is a stream; ask for it with the stream method`);
  }
}
