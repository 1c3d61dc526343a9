import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Diagnostics } from "../diagnostics/diagnostic.js";
import type { SourceDocument } from "../read/document.js";
import { pointerTo } from "../read/pointer.js";

const text = { type: "string", minLength: 1 };
const flag = { type: "boolean" };
const seconds = { type: "number", exclusiveMinimum: 0 };
const pointer = { type: "string", pattern: "^(/.*)?$" };
const name = { type: "string", pattern: "^[A-Za-z_$][A-Za-z0-9_$]*$" };
const schema = { type: ["object", "boolean"] };
const choice = (...values: string[]) => ({ enum: values });
const closed = (properties: object, required: string[] = []) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

/** The value of each of Agentwire's own keys, as a JSON Schema; `docs/contract-keys.md` says what they mean. */
export const contractKeys: Readonly<Record<string, object>> = {
  "x-service": { type: "string", pattern: "^[a-z][a-z0-9-]*$" },
  "x-assert-formats": flag,
  "x-errors": closed({
    media: text,
    schema,
    code: pointer,
    message: pointer,
    details: pointer,
    retryable: pointer,
    status: pointer,
    codes: {
      type: "object",
      additionalProperties: closed({ code: text, status: { type: "integer", minimum: 400, maximum: 599 } }),
    },
  }),
  "x-name": name,
  "x-conformance": closed({ level: choice("required", "optional"), tier: text }, ["level"]),
  "x-retry": choice("always", "never", "keyed"),
  "x-idempotency": closed({ key: pointer, generate: flag }, ["key"]),
  "x-pagination": closed({ items: pointer, next: pointer, cursor: text }, ["items", "next", "cursor"]),
  "x-builtin": closed(
    { answers: choice("health", "version"), members: { type: "object", additionalProperties: pointer } },
    ["answers", "members"],
  ),
  "x-itemSchema": schema,
  "x-stream": closed({
    item: choice("data", "event"),
    id: pointer,
    event: pointer,
    resume: text,
    terminal: closed({ at: pointer, values: { type: "array", minItems: 1 } }, ["at", "values"]),
    heartbeat: seconds,
  }),
  "x-websocket": closed(
    {
      receive: schema,
      send: schema,
      subprotocol: { type: ["string", "null"] },
      unknown: choice("ignore", "close"),
      heartbeat: closed({ interval: seconds, ping: true, pong: true }, ["interval", "ping"]),
      resume: closed({ cursor: choice("server", "parameter"), id: pointer, parameter: text }, ["cursor"]),
      close: {
        type: "object",
        patternProperties: {
          "^(1[0-9]{3}|3[0-9]{3}|4[0-9]{3})$": closed({ meaning: text, reconnect: flag }, ["meaning", "reconnect"]),
        },
        additionalProperties: false,
      },
    },
    ["receive"],
  ),
  "x-query-token": text,
  "x-stability": choice("experimental", "staging", "stable", "deprecated"),
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

/** Checks the value of every key of ours in a document. */
export function checkKeys(document: SourceDocument, diagnostics: Diagnostics): void {
  const pending: [unknown, string][] = [[document.value, ""]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [value, at] = next;
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      const here = pointerTo(at, key);
      pending.push([inner, here]);
      // A property of a schema may be called anything.
      if (!Object.hasOwn(contractKeys, key) || at.endsWith("/properties")) continue;
      for (const { instancePath, message } of violationsOf(key, inner)) {
        diagnostics.add("contract-key", `${key}${instancePath} ${message}`, {
          place: { document, pointer: `${here}${instancePath}` },
        });
      }
    }
  }
}

function violationsOf(key: string, value: unknown): { instancePath: string; message: string }[] {
  let validate = validators.get(key);
  if (!validate) {
    validate = ajv.compile(contractKeys[key] ?? true);
    validators.set(key, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const allowed = Array.isArray(params.allowedValues) ? `: ${params.allowedValues.join(", ")}` : "";
    const extra = typeof params.additionalProperty === "string" ? `: ${params.additionalProperty}` : "";
    return { instancePath, message: `${message ?? "is wrong"}${allowed}${extra}` };
  });
}
