import type { Media, Operation, Response as ResponseRow, ServiceDescription } from "../operation.js";
import { violationsOf } from "../validation/violations.js";
import type { Attempt } from "./attempt.js";
import { type AgentwireError, ApiError, InvalidResponseError, UnexpectedResponseError } from "./errors.js";

/** An answer with its body decoded. */
export interface CallResponse<T> {
  readonly body: T;
  readonly status: number;
  readonly headers: Headers;
}

/** What reading an answer needs to know. */
export interface Reading {
  readonly service: ServiceDescription;
  readonly operation: Operation;
  readonly attempt: Attempt;
  readonly maxBytes: number;
  readonly validate: boolean;
}

/** Reads a whole answer: the body of a success as the contract types it, any other answer as an error thrown. */
export async function readResponse(response: Response, reading: Reading): Promise<CallResponse<unknown>> {
  const { operation } = reading;
  const { status, headers } = response;
  const row = successRow(operation, status);
  if (row === undefined) throw await failureOf(response, reading);
  const bytes = await readBytes(response, reading);
  if (row.content === undefined || operation.method === "HEAD") return { body: undefined, status, headers };
  if (bytes.length === 0 && (status === 204 || status === 205)) return { body: undefined, status, headers };
  const media = mediaOf(operation.name, row.content, headers);
  const body = await decode(media, bytes, headers, operation.name);
  if (reading.validate) await checkTolerant(operation.name, media, body);
  return { body, status, headers };
}

/**
 * The contract's row for a status below 400: exact, then its range, then `default`. Where the contract declares any
 * success, `default` speaks of errors and does not count.
 */
export function successRow(operation: Operation, status: number): ResponseRow | undefined {
  if (status < 200 || status >= 400) return undefined;
  const { responses } = operation;
  const row = responses[status] ?? responses[`${Math.floor(status / 100)}XX`];
  if (row !== undefined) return row;
  return Object.keys(responses).some((key) => /^[123]/.test(key)) ? undefined : responses.default;
}

/** The error that an answer other than a declared success is. Reads the body. */
export async function failureOf(response: Response, reading: Reading): Promise<AgentwireError> {
  const { operation, service } = reading;
  const { status, headers } = response;
  if (status < 400) {
    await response.body?.cancel().catch(() => {});
    return new UnexpectedResponseError(operation.name, status, headers, unexpected(response));
  }
  // The status is worth more than a body that breaks off or is too large.
  const text = new TextDecoder().decode(await readBytes(response, reading).catch(ifStatusIsEnough(reading.attempt)));
  const body = errorBody(text, headers);
  return ApiError.of({ operation: operation.name, status, headers, body, shape: service.errors });
}

/** The media type of the contract that the answer has, by exact type and then by range. */
export function mediaOf(operation: string, content: readonly Media[], headers: Headers): Media {
  const type = essence(headers);
  const media =
    content.find((each) => each.type === type) ??
    content.find((each) => each.type === `${type.split("/")[0]}/*`) ??
    content.find((each) => each.type === "*/*");
  if (media !== undefined) return media;
  const wanted = content.map((each) => each.type).join(" or ");
  throw new InvalidResponseError(operation, `expected ${wanted}, got ${type === "" ? "no content type" : type}`);
}

/** Validates tolerantly what a media type describes. Throws `InvalidResponseError`. */
export async function checkTolerant(operation: string, { schema, type }: Media, value: unknown): Promise<void> {
  if (schema === undefined || value instanceof Uint8Array) return;
  const validator = schema.validator ?? (await schema.load());
  if (!validator(value, true))
    throw new InvalidResponseError(operation, `${type} as ${schema.name}`, violationsOf(validator, value, true));
}

async function decode(media: Media, bytes: Uint8Array, headers: Headers, operation: string): Promise<unknown> {
  const text = () => new TextDecoder().decode(bytes);
  switch (media.format) {
    case "json":
      try {
        return JSON.parse(text());
      } catch (cause) {
        throw new InvalidResponseError(operation, `malformed ${media.type}`, [], { cause });
      }
    case "text":
      return text();
    case "form":
      return Object.fromEntries(new URLSearchParams(text()));
    case "multipart":
      return new Response(bytes as BodyInit, {
        headers: { "content-type": headers.get("content-type") ?? "" },
      }).formData();
    case "binary":
      return bytes;
    case "stream":
      throw new InvalidResponseError(operation, `${media.type} is a stream; ask for it with the stream method`);
  }
}

/** The whole body; throws `InvalidResponseError` as soon as it is larger than the limit. */
async function readBytes(response: Response, { operation, attempt, maxBytes }: Reading): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await attempt.wait(reader.read());
      if (done) break;
      length += value.length;
      if (length > maxBytes) throw new InvalidResponseError(operation.name, `the body has more than ${maxBytes} bytes`);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw attempt.explain(error);
  }
  return join(chunks, length);
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** Media type of the answer in lower case, without parameters. */
function essence(headers: Headers): string {
  return (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** JSON where it is JSON, whatever the server calls it; a proxy's page as an excerpt. */
function errorBody(text: string, headers: Headers): unknown {
  if (/[/+]json$/.test(essence(headers)) || /^\s*[{[]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // Not JSON after all: shown as text.
    }
  }
  return text === "" ? undefined : text.slice(0, 500);
}

function ifStatusIsEnough(attempt: Attempt): (error: unknown) => Uint8Array {
  return (error) => {
    if (attempt.signal.aborted) throw error;
    return new Uint8Array();
  };
}

function unexpected({ status, headers, type }: Response): string {
  if (type === "opaqueredirect") return "redirected, which the contract does not declare; redirects are not followed";
  const location = headers.get("location");
  if (status >= 300 && location !== null) return `redirected (${status}) to ${location}, and not followed`;
  return `status ${status} is not in the contract`;
}
