import { Buffer } from "node:buffer";
import type { Media, ResponseHeader } from "../operation.js";
import { type Validator, type Violation, violationsOf } from "../validation/index.js";
import { declaredText } from "./header-text.js";
import { JsonWriter } from "./json-text.js";
import { concreteType, mediaOfAnswer } from "./negotiate.js";
import type { Declared, Plan } from "./plan.js";
import {
  type Awaitable,
  type HeaderValue,
  type HeaderValues,
  headerText,
  Reply,
  type UniversalResponse,
} from "./response.js";

/** The implementation answered something that the contract does not allow. Logged, never shown to the client. */
export class ContractViolation extends Error {
  override readonly name = "ContractViolation";
  constructor(
    message: string,
    readonly violations: readonly Violation[] = [],
  ) {
    super(message);
  }
}

/** What a method's result means: a status, what the contract declares for it, a body and headers. */
export interface Answer {
  readonly status: number;
  readonly media: Media | undefined;
  readonly body: unknown;
  readonly headers: Record<string, string>;
  /** The `Content-Type` where the headers say none; undefined where the contract leaves it open. */
  readonly contentType: string | undefined;
}

/** Reads a method's result. @throws ContractViolation on an undeclared status, or on headers that cannot be or must be */
export function answerOf(plan: Plan, result: unknown, accept: string | undefined, check: boolean): Answer {
  const isReply = result instanceof Reply;
  const status = isReply ? result.status : result === undefined ? plan.emptyStatus : plan.successStatus;
  const declared = plan.declaredFor(status);
  if (!declared && check) {
    const all = Object.keys(plan.operation.responses).join(", ");
    throw new ContractViolation(`status ${status} is not declared; reply with one that is: ${all}`);
  }
  const headers = isReply ? headersOf(result, declared, check) : {};
  if (declared && check) {
    for (const [name, { required }] of declared.headerRows)
      if (required && headers[name] === undefined) throw new ContractViolation(`header ${name} is required`);
  }
  const body = isReply ? result.body : result;
  const media = declared?.content && mediaOfAnswer(declared.content, body, headers["content-type"], accept);
  return { status, media, body, headers, contentType: media && concreteType(media, accept) };
}

function headersOf({ headers: given }: Reply, declared: Declared | undefined, check: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given as HeaderValues)) {
    if (value === undefined || value === null) continue;
    const lower = name.toLowerCase();
    const row = declared?.headerRows.find(([each]) => each === lower)?.[1];
    const text = headerText(writtenAs(value, name, row, check));
    if (text === undefined) throw new ContractViolation(`header ${name} has characters that no header may have`);
    headers[lower] = text;
  }
  return headers;
}

/** A declared header spells a value of its type; an object that is not declared is one as objects are by default. */
function writtenAs(value: HeaderValue, name: string, row: ResponseHeader | undefined, check: boolean): HeaderValue {
  const isObject = typeof value === "object" && !Array.isArray(value);
  const declared = row ?? (isObject ? { type: "object" as const } : undefined);
  if (!declared) return value;
  try {
    return declaredText(value, declared);
  } catch (error) {
    if (!check) return isObject ? JSON.stringify(value) : value;
    throw new ContractViolation(`header ${name} ${(error as Error).message}`);
  }
}

/** Checks and serialises an answer that is not a stream. @throws ContractViolation */
export function encodeAnswer(answer: Answer, check: boolean, isHead = false): Awaitable<UniversalResponse> {
  const { status, media, body, headers } = answer;
  if (!media) return { status, headers };
  if (body === undefined) {
    if (check && !isHead) throw new ContractViolation(`a body is declared for status ${status}`);
    return { status, headers };
  }
  if (!check || !media.schema || media.format === "binary" || media.format === "multipart") {
    return encode(answer, media);
  }
  const { validator } = media.schema;
  if (validator) return encodeValid(answer, media, validator);
  return media.schema.load().then((loaded) => encodeValid(answer, media, loaded));
}

function encodeValid(answer: Answer, media: Media, validator: Validator): Awaitable<UniversalResponse> {
  const { status, body } = answer;
  if (!validator(body)) {
    const found = violationsOf(validator, body);
    throw new ContractViolation(`the body of status ${status} does not match the contract`, found);
  }
  return encode(answer, media);
}

function encode(answer: Answer, media: Media): Awaitable<UniversalResponse> {
  const { status, body, headers, contentType } = answer;
  if (headers["content-type"] === undefined) {
    if (contentType === undefined)
      throw new ContractViolation(`the contract says ${media.type}: reply with a content-type header that says which`);
    headers["content-type"] = contentType;
  }
  if (media.format === "multipart") return encodeMultipart(answer, body as FormData);
  return { status, headers, body: encodeBody(media, body) };
}

/** Bytes in a body whose size is known. */
export function byteLength(body: string | Uint8Array | undefined): number {
  return typeof body === "string" ? Buffer.byteLength(body) : (body?.length ?? 0);
}

function encodeBody(media: Media, body: unknown): string | Uint8Array {
  switch (media.format) {
    case "json":
      return writerOf(media).write(body);
    case "form":
      return formText(body as object);
    case "binary":
      return body instanceof Uint8Array ? body : String(body);
    default:
      return String(body);
  }
}

/** A field a member, and one an item of a list; objects are JSON. */
function formText(body: object): string {
  const fields = Object.entries(body).flatMap(([name, value]: [string, unknown]) =>
    (Array.isArray(value) ? value : [value])
      .filter((item) => item !== undefined && item !== null)
      .map((item) => [name, typeof item === "object" ? JSON.stringify(item) : String(item)]),
  );
  return new URLSearchParams(fields).toString();
}

const writers = new WeakMap<Media, JsonWriter>();

/** One writer for all answers that are declared together, as those are alike. */
function writerOf(media: Media): JsonWriter {
  const known = writers.get(media);
  if (known) return known;
  const writer = new JsonWriter();
  writers.set(media, writer);
  return writer;
}

/** Only the platform knows the boundary that it has chosen. */
async function encodeMultipart({ status, headers }: Answer, body: FormData): Promise<UniversalResponse> {
  const response = new Response(body);
  const type = response.headers.get("content-type");
  if (type !== null) headers["content-type"] = type;
  return { status, headers, body: new Uint8Array(await response.arrayBuffer()) };
}
