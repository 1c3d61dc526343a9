import type { Operation, Parameter } from "../operation.js";
import type { Schema, Violation } from "../validation/types.js";
import { violationsOf } from "../validation/violations.js";
import { type EncodedBody, encodeBody } from "./body.js";
import {
  EncodeError,
  encodeCookies,
  encodeHeaders,
  encodePath,
  encodeQuery,
  headerValue,
  type Values,
} from "./encode.js";
import { InvalidRequestError } from "./errors.js";
import type { HeaderValues } from "./options.js";
import { valueAt, withValueAt } from "./pointer.js";

/** The request object of every operation: one member a place, each by the contract's own spelling. */
export interface RequestObject {
  readonly path?: Values;
  readonly query?: Values;
  readonly header?: Values;
  readonly cookie?: Values;
  readonly body?: unknown;
}

/** A request that is ready to be sent any number of times. */
export interface PreparedRequest {
  readonly method: string;
  /** Path and query, to be put behind the base URL. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: EncodedBody | undefined;
  /** Sending it again after a failure does no harm. */
  readonly repeatable: boolean;
}

export interface PrepareOptions {
  readonly validate: boolean;
  /** The `Accept` header. */
  readonly accept: string;
  readonly contentType?: string | undefined;
  /** Of the client and of the call, later ones win. */
  readonly headers: readonly (HeaderValues | undefined)[];
}

/** Fills in the idempotency key, validates strictly and encodes. Throws `InvalidRequestError`; sends nothing. */
export async function prepare(
  operation: Operation,
  request: RequestObject | undefined,
  options: PrepareOptions,
): Promise<PreparedRequest> {
  const keyed = withKey(operation, request ?? {});
  if (options.validate && operation.request !== undefined)
    await check(operation.name, operation.request, keyed.request);
  try {
    const head = encodeHead(operation.path, operation.parameters ?? [], keyed.request, options.headers);
    const body = bodyOf(operation, keyed.request.body, options.contentType);
    head.headers.set("accept", options.accept);
    if (body?.type !== undefined) head.headers.set("content-type", body.type);
    const safe = operation.retry === "always" || (operation.retry === "keyed" && keyed.present);
    return { ...head, method: operation.method, body, repeatable: safe && body?.replayable !== false };
  } catch (error) {
    throw asInvalidRequest(operation.name, error);
  }
}

/** Path, query and headers of a request; channels use it too. Throws `EncodeError`. */
export function encodeHead(
  template: string,
  parameters: readonly Parameter[],
  request: RequestObject,
  extra: readonly (HeaderValues | undefined)[],
): { target: string; headers: Headers } {
  const query = encodeQuery(parameters, request.query);
  const headers = new Headers();
  for (const values of extra) {
    for (const [name, value] of Object.entries(values ?? {})) {
      if (value !== undefined) headers.set(name, headerValue(name, value));
    }
  }
  for (const [name, value] of encodeHeaders(parameters, request.header)) headers.set(name, value);
  const cookies = encodeCookies(parameters, request.cookie);
  if (cookies !== "") headers.set("cookie", cookies);
  return { target: `${encodePath(template, parameters, request.path)}${query === "" ? "" : `?${query}`}`, headers };
}

/** Validates against the strict schema. Throws `InvalidRequestError`. */
export async function check(operation: string, schema: Schema, value: unknown): Promise<void> {
  const validator = schema.validator ?? (await schema.load());
  if (!validator(value)) throw new InvalidRequestError(operation, violationsOf(validator, value));
}

/** An `EncodeError` as the error that callers see; anything else as it is. */
export function asInvalidRequest(operation: string, error: unknown): unknown {
  if (!(error instanceof EncodeError)) return error;
  const violation: Violation = { pointer: error.pointer, keyword: "encoding", message: error.message, params: {} };
  return new InvalidRequestError(operation, [violation]);
}

function withKey(operation: Operation, request: RequestObject): { request: RequestObject; present: boolean } {
  const { idempotency } = operation;
  if (idempotency === undefined) return { request, present: false };
  const key = valueAt(request, idempotency.key);
  if (key !== undefined) return { request, present: key !== null && key !== "" };
  if (!idempotency.generate) return { request, present: false };
  return { request: withValueAt(request, idempotency.key, randomId()) as RequestObject, present: true };
}

function bodyOf(operation: Operation, value: unknown, contentType: string | undefined): EncodedBody | undefined {
  const content = operation.body?.content;
  if (content === undefined || value === undefined) return undefined;
  const media = contentType === undefined ? content[0] : content.find(({ type }) => type === contentType);
  if (media === undefined) throw new TypeError(`${operation.name} takes no ${contentType ?? "body"}`);
  return encodeBody(media, value);
}

/** A random UUID; pages that are not a secure context have no `randomUUID`. */
function randomId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
