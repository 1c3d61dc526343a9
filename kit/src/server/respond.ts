import { Buffer } from "node:buffer";
import type { Response as DeclaredResponse, Media, Operation } from "../operation.js";
import type { Violation } from "../validation/index.js";
import { acceptable } from "./negotiate.js";
import { headerText, Reply, type UniversalResponse } from "./response.js";
import { violations } from "./validate.js";

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
  readonly declared: DeclaredResponse | undefined;
  readonly media: Media | undefined;
  readonly body: unknown;
  readonly headers: Record<string, string>;
}

/** The status of a bare result: the lowest declared 2xx, else 200. */
export function successStatus(operation: Operation): number {
  const codes = Object.keys(operation.responses).filter((code) => /^2\d\d$/.test(code));
  return codes.length === 0 ? 200 : Math.min(...codes.map(Number));
}

/** What the contract declares for a status: itself, its range, or the default. */
export function declaredFor(operation: Operation, status: number): DeclaredResponse | undefined {
  const { responses } = operation;
  const range = `${Math.floor(status / 100)}XX`;
  const key = [String(status), range, range.toLowerCase(), "default"].find((name) => Object.hasOwn(responses, name));
  return key === undefined ? undefined : responses[key];
}

/** Reads a method's result. @throws ContractViolation on an undeclared status or an impossible header */
export function answerOf(operation: Operation, result: unknown, accept: string | undefined, check: boolean): Answer {
  const status = result instanceof Reply ? result.status : successStatus(operation);
  const declared = declaredFor(operation, status);
  if (!declared && check) throw new ContractViolation(`status ${status} is not declared`);
  const contents = declared?.content;
  const media = contents && (acceptable(contents, accept) ?? contents[0]);
  const body: unknown = result instanceof Reply ? result.body : result;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(result instanceof Reply ? result.headers : {})) {
    const text = headerText(value);
    if (text === undefined) throw new ContractViolation(`header ${name} has characters that no header may have`);
    headers[name.toLowerCase()] = text;
  }
  for (const [name, { required }] of Object.entries(declared?.headers ?? {})) {
    if (check && required && headers[name.toLowerCase()] === undefined) {
      throw new ContractViolation(`header ${name} is required`);
    }
  }
  return { status, declared, media, body, headers };
}

/** Checks and serialises an answer that is not a stream. @throws ContractViolation */
export async function encodeAnswer(answer: Answer, check: boolean): Promise<UniversalResponse> {
  const { status, media, body, headers } = answer;
  if (!media) return { status, headers };
  if (body === undefined) {
    if (check) throw new ContractViolation(`a body is declared for status ${status}`);
    return { status, headers };
  }
  if (check && media.format !== "binary" && media.format !== "multipart") {
    const found = await violations(media.schema, body);
    if (found.length > 0)
      throw new ContractViolation(`the body of status ${status} does not match the contract`, found);
  }
  const encoded = await encodeBody(media, body);
  return {
    status,
    headers: { "content-type": encoded.type ?? headers["content-type"] ?? media.type, ...headers },
    body: encoded.body,
  };
}

/** Bytes in a body whose size is known. */
export function byteLength(body: string | Uint8Array | undefined): number {
  return typeof body === "string" ? Buffer.byteLength(body) : (body?.length ?? 0);
}

async function encodeBody(media: Media, body: unknown): Promise<{ body: string | Uint8Array; type?: string }> {
  switch (media.format) {
    case "json":
      return { body: JSON.stringify(body) };
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
