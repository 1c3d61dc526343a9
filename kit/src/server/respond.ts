import { Buffer } from "node:buffer";
import type { Media } from "../operation.js";
import { type Violation, violationsOf } from "../validation/index.js";
import { acceptable } from "./negotiate.js";
import type { Plan } from "./plan.js";
import { headerText, Reply, type UniversalResponse } from "./response.js";

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
}

/** Reads a method's result. @throws ContractViolation on an undeclared status, or on headers that cannot be or must be */
export function answerOf(plan: Plan, result: unknown, accept: string | undefined, check: boolean): Answer {
  const isReply = result instanceof Reply;
  const status = isReply ? result.status : plan.successStatus;
  const declared = plan.declaredFor(status);
  if (!declared && check) throw new ContractViolation(`status ${status} is not declared`);
  const contents = declared?.content;
  const media = contents && (acceptable(contents, accept) ?? contents[0]);
  const headers = isReply ? headersOf(result) : {};
  if (declared && check) {
    for (const name of declared.requiredHeaders) {
      if (headers[name] === undefined) throw new ContractViolation(`header ${name} is required`);
    }
  }
  return { status, media, body: isReply ? result.body : result, headers };
}

function headersOf(reply: Reply): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.headers)) {
    const text = headerText(value);
    if (text === undefined) throw new ContractViolation(`header ${name} has characters that no header may have`);
    headers[name.toLowerCase()] = text;
  }
  return headers;
}

/** Checks and serialises an answer that is not a stream. @throws ContractViolation */
export async function encodeAnswer(answer: Answer, check: boolean): Promise<UniversalResponse> {
  const { status, media, body, headers } = answer;
  if (!media) return { status, headers };
  if (body === undefined) {
    if (check) throw new ContractViolation(`a body is declared for status ${status}`);
    return { status, headers };
  }
  if (check && media.schema && media.format !== "binary" && media.format !== "multipart") {
    const found = violationsOf(media.schema.validator ?? (await media.schema.load()), body);
    if (found.length > 0)
      throw new ContractViolation(`the body of status ${status} does not match the contract`, found);
  }
  if (media.format === "json") {
    headers["content-type"] ??= media.type;
    return { status, headers, body: JSON.stringify(body) };
  }
  const encoded = await encodeBody(media, body);
  headers["content-type"] ??= encoded.type ?? media.type;
  return { status, headers, body: encoded.body };
}

/** Bytes in a body whose size is known. */
export function byteLength(body: string | Uint8Array | undefined): number {
  return typeof body === "string" ? Buffer.byteLength(body) : (body?.length ?? 0);
}

async function encodeBody(media: Media, body: unknown): Promise<{ body: string | Uint8Array; type?: string }> {
  switch (media.format) {
    case "form":
      return { body: new URLSearchParams(Object.entries(body as Record<string, string>)).toString() };
    case "multipart": {
      const response = new Response(body as FormData);
      const type = response.headers.get("content-type");
      return { body: new Uint8Array(await response.arrayBuffer()), ...(type === null ? {} : { type }) };
    }
    case "binary":
      return { body: body instanceof Uint8Array ? body : String(body) };
    default:
      return { body: String(body) };
  }
}
