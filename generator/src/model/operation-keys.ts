import type { SecurityRequirement } from "@agentwire/kit";
import { isObject, type JsonObject, listMember, member, objectMember, textMember } from "../read/json.js";
import type { OperationModel, StreamModel } from "./types.js";

/** What an operation and its media types say under keys of ours, with the defaults where they say nothing. */

const idempotentMethods = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"]);

/** An optional member with a text, or nothing. */
export function text<Key extends string>(key: Key, value: string | undefined): { [key in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [key in Key]: string });
}

export function securityOf(source: JsonObject): { security?: readonly SecurityRequirement[] } {
  const list = listMember(source, "security");
  return list ? { security: list.filter(isObject) as SecurityRequirement[] } : {};
}

export function retryOf(source: JsonObject, method: string): Pick<OperationModel, "retry" | "idempotency"> {
  const idempotency = objectMember(source, "x-idempotency");
  const key = textMember(idempotency, "key");
  const keyed =
    key === undefined
      ? {}
      : { idempotency: { key, ...(idempotency?.generate === true ? { generate: true as const } : {}) } };
  const given = textMember(source, "x-retry");
  const retry = given ?? (key !== undefined ? "keyed" : idempotentMethods.has(method) ? "always" : "never");
  return { ...keyed, ...(retry === "always" || retry === "keyed" ? { retry } : {}) };
}

export function builtinOf(source: JsonObject): Pick<OperationModel, "builtin"> {
  const builtin = objectMember(source, "x-builtin");
  const answers = textMember(builtin, "answers");
  if (answers !== "health" && answers !== "version") return {};
  return { builtin: { answers, members: (objectMember(builtin, "members") ?? {}) as Record<string, string> } };
}

export function streamOf(framing: StreamModel["framing"], given: JsonObject | undefined, itemKey: string): StreamModel {
  const item = textMember(given, "item");
  const terminal = objectMember(given, "terminal");
  const values = listMember(terminal, "values");
  const at = textMember(terminal, "at");
  const heartbeat = member(given, "heartbeat");
  const whole = item === "event" || (item === undefined && itemKey === "itemSchema");
  return {
    framing,
    ...(framing === "sse" ? { item: whole ? ("event" as const) : ("data" as const) } : {}),
    ...text("id", textMember(given, "id")),
    ...text("event", textMember(given, "event")),
    ...text("resume", textMember(given, "resume")),
    ...(at !== undefined && values ? { terminal: { at, values } } : {}),
    ...(typeof heartbeat === "number" ? { heartbeat } : {}),
  };
}
