import type { Media, Operation } from "../operation.js";
import { parseForm, parseMultipart } from "./forms.js";
import { parseJson } from "./json.js";
import { type MediaType, mediaFor, parseMediaType } from "./negotiate.js";
import { Problem } from "./problem.js";
import { attempt, proceed } from "./proceed.js";
import type { RequestBody, UniversalRequest } from "./request.js";
import type { Awaitable } from "./response.js";

/** A decoded request body. */
export interface DecodedBody {
  /** What the method receives. Undefined: no body. */
  readonly value: unknown;
  /** What the schema judges: the value, with text in the place of files and bytes. */
  readonly judged: unknown;
  /** What it came as, where the operation takes several media types. */
  readonly media?: Media;
}

export interface BodyLimits {
  /** Bytes. */
  readonly body: number;
  /** Levels of JSON nesting. */
  readonly depth: number;
}

const NO_BODY: DecodedBody = { value: undefined, judged: undefined };
const EMPTY = new Uint8Array(0);
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Reads and decodes the bodies of one operation. */
export class BodyReader {
  readonly #declared: Operation["body"];

  constructor(declared: Operation["body"]) {
    this.#declared = declared;
  }

  /**
   * Reads a body. An operation that declares none ignores one that comes anyway, within the size limit; a body without
   * `Content-Type` is of the first declared type. Calls `done` or `fail`, once; it fails with the problem `payload_too_large`, `unsupported_media_type` or `malformed_body`
   */
  read(
    request: UniversalRequest,
    limits: BodyLimits,
    done: (body: DecodedBody) => void,
    fail: (error: unknown) => void,
  ): void {
    const decode = (bytes: Uint8Array): void => proceed(this.#decode(bytes, request.headers, limits), done, fail);
    readBytes(request, limits.body, decode, fail);
  }

  #decode(bytes: Uint8Array, headers: UniversalRequest["headers"], limits: BodyLimits): Awaitable<DecodedBody> {
    if (!this.#declared) return NO_BODY;
    const { content, required } = this.#declared;
    const header = headers["content-type"];
    // What nearly every client sends needs no reading.
    let media = header === undefined ? content[0] : content.find(({ type }) => type === header);
    const type = header === undefined || media ? undefined : parseMediaType(header);
    if (type) media = mediaFor(content, type.type);
    if (bytes.length === 0 && !mayBeEmpty(header, media)) {
      if (required) throw new Problem("malformed_body", "A request body is required.");
      return NO_BODY;
    }
    if (!media) {
      const known = content.map((one) => one.type).join(", ");
      throw new Problem("unsupported_media_type", `The body must be of type ${known}.`, { headers: { accept: known } });
    }
    refuseEncodings(headers["content-encoding"], type);
    const body = decode(bytes, media, header ?? media.type, limits.depth);
    if (content.length === 1) return body;
    return body instanceof Promise ? body.then((each) => ({ ...each, media })) : { ...(body as DecodedBody), media };
  }
}

/** Reads a body as it is, none as no bytes. Calls `done` or `fail`, once; it fails with `payload_too_large` or `malformed_body`. */
export function readBytes(
  { body, headers }: UniversalRequest,
  limit: number,
  done: (bytes: Uint8Array) => void,
  fail: (error: unknown) => void,
): void {
  const taken = (bytes: Uint8Array | undefined): void => {
    if (bytes) attempt(done, bytes, fail);
    else fail(tooLarge(limit));
  };
  const length = headers["content-length"];
  if (length !== undefined && Number(length) > limit) fail(tooLarge(limit));
  else if (body === undefined) taken(EMPTY);
  else if (body instanceof Uint8Array) taken(body.length > limit ? undefined : body);
  else {
    const cut = (): void => fail(new Problem("malformed_body", "The body ended before it was complete."));
    if (body.collect) body.collect(limit, taken, cut);
    else collect(body, limit).then(taken, cut);
  }
}

/** All bytes of a body; undefined when they are more than the limit. */
async function collect(body: RequestBody, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return join(chunks, length);
}

function decode(bytes: Uint8Array, media: Media, contentType: string, depth: number): Awaitable<DecodedBody> {
  const same = (value: unknown): DecodedBody => ({ value, judged: value });
  switch (media.format) {
    case "json":
      return same(parseJson(utf8(bytes), depth));
    case "text":
      return same(utf8(bytes));
    case "form":
      return same(parseForm(utf8(bytes), media.fields ?? {}, depth));
    case "multipart":
      return parseMultipart(bytes, contentType, media.fields ?? {}, depth);
    case "stream":
    case "binary":
      return { value: bytes, judged: "" };
  }
}

/** Zero bytes are a value in text, forms and binary, but only when the client says that it sends one. */
function mayBeEmpty(header: string | undefined, media: Media | undefined): boolean {
  return header !== undefined && media !== undefined && ["text", "form", "binary"].includes(media.format);
}

function refuseEncodings(contentEncoding: string | undefined, type: MediaType | undefined): void {
  const charset = type?.parameters["charset"]?.toLowerCase();
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8" && charset !== "us-ascii") {
    throw new Problem("unsupported_media_type", "The body must be encoded in UTF-8.");
  }
  const encoding = contentEncoding?.trim().toLowerCase();
  if (encoding && encoding !== "identity") {
    throw new Problem("unsupported_media_type", "Compressed request bodies are not supported.");
  }
}

/** @throws Problem `malformed_body` on bytes that are not UTF-8 */
function utf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new Problem("malformed_body", "The body is not valid UTF-8.");
  }
}

/** One array of all chunks. */
export function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function tooLarge(limit: number): Problem {
  return new Problem("payload_too_large", `The request body may have ${limit} bytes.`, { details: { limit } });
}
