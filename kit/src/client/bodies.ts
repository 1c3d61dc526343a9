import type { Media, Response as ResponseRow } from "../operation.js";
import { chunksOf, essence, textIn } from "./answer.js";
import { InvalidResponseError } from "./errors.js";
import type { EncodedBody, Part } from "./part.js";
import type { Answer, CallResponse } from "./plan.js";
import { failureOf } from "./problem.js";
import type { Row } from "./row.js";

/** How values become bodies, and bodies values. */
export interface Codec {
  encode(operation: string, media: Media, value: unknown): EncodedBody;
  decode(operation: string, media: Media, chunks: Uint8Array[], answer: Answer): unknown;
  /** The media type, of several, that a value is of by its class; undefined where that does not tell. */
  mediaOf?(content: readonly Media[], value: unknown): Media | undefined;
  /** The declared headers of an answer. */
  header(declared: ResponseRow["headers"], headers: Headers): object;
}

/** Reads and writes JSON, by whatever name. */
export const jsonCodec: Codec = {
  encode: (operation, { format, type }, value) => {
    if (format !== "json") throw new TypeError(`${operation} needs the part \`media\` to send ${type}`);
    return { content: JSON.stringify(value), type };
  },
  decode: (operation, { format, type }, chunks) => {
    if (format === "stream")
      throw new InvalidResponseError(operation, `response: ${type} is a stream; ask for it with the stream method`);
    if (format !== "json") throw new TypeError(`${operation} needs the part \`media\` to read ${type}`);
    try {
      return JSON.parse(textIn(chunks));
    } catch (cause) {
      throw new InvalidResponseError(operation, `response: malformed ${type}`, [], { cause });
    }
  },
  header: () => ({}),
};

/** The part that writes and reads bodies as the operation's row declares them. */
export function bodies({ encode, decode, mediaOf: ofClass, header }: Codec): Part {
  return {
    /** A body that the operation does not have is left out. */
    write: ({ name, body }, value, contentType) => {
      if (body === undefined) return undefined;
      const { content } = body;
      const media =
        contentType === undefined
          ? (ofClass?.(content, value) ?? content[0])
          : content.find(({ type }) => type === contentType);
      if (media === undefined) throw new TypeError(`${name} takes no ${contentType ?? "body"}`);
      return encode(name, media, value);
    },
    /** Every whole media type of the operation's successes, and that of its errors. */
    accept: ({ responses = {} }, service) => {
      const successes = Object.keys(responses).some((status) => /^[123]/.test(status)) ? /^[23]/ : /^default$/;
      const content = Object.entries(responses)
        .filter(([status]) => successes.test(status))
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
      return new Received(body, answer, () => header(row.headers, answer.headers));
    },
  };
}

/** Headers are worked out on demand: not every caller looks, and not every transport has them at hand. */
class Received implements CallResponse<unknown> {
  constructor(
    readonly body: unknown,
    private readonly answer: Answer,
    private readonly declared: () => object,
  ) {}

  get status(): number {
    return this.answer.status;
  }

  get headers(): Headers {
    return this.answer.headers;
  }

  get header(): object {
    return this.declared();
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
