import type { ResourceRef } from "@agentwire/models/common";
import { type Progress, RunFailure } from "../../executor.js";

/** What one line of an agent's stdout means. */
export type Message =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "usage"; readonly usage: Readonly<Record<string, number>> }
  | { readonly kind: "artifact"; readonly artifact: ResourceRef }
  | { readonly kind: "final"; readonly output: Record<string, unknown> };

type JsonObject = Record<string, unknown>;

/**
 * @throws RunFailure the failure that the line reports; `process.protocol` for an object that means nothing: an agent
 * that is misunderstood should hear it
 */
export function messageOfLine(line: string): Message {
  const value = parsed(line);
  if (!value) return { kind: "text", text: line };
  const { type, text, data, output, error } = value;
  switch (type) {
    case "token":
      if (typeof text === "string") return { kind: "progress", progress: { type, text } };
      break;
    case "step":
    case "tool_call":
    case "tool_result":
      return { kind: "progress", progress: { type, data: isObject(data) ? data : {} } };
    case "usage":
      if (isObject(data)) return { kind: "usage", usage: numbersOf(data) };
      break;
    case "artifact":
      if (isObject(data) && typeof data["type"] === "string" && typeof data["id"] === "string") {
        const { type, id, uri } = data as { type: string; id: string; uri?: unknown };
        const place = typeof uri === "string" && URL.canParse(uri) ? { uri } : {};
        return { kind: "artifact", artifact: { type, id, ...place } };
      }
      break;
    case "final":
      return { kind: "final", output: isObject(output) ? output : output === undefined ? {} : { value: output } };
    case "error":
      throw failureOf(error);
  }
  throw new RunFailure(
    "process.protocol",
    `The agent's process wrote a line that means nothing: ${line.slice(0, 200)}`,
  );
}

function failureOf(error: unknown): RunFailure {
  const { code, message, retryable } = isObject(error) ? error : {};
  const options = typeof retryable === "boolean" ? { retryable } : {};
  const said = typeof message === "string" ? message : "The agent reported an error.";
  return new RunFailure(typeof code === "string" ? code : "agent.failed", said, options);
}

function parsed(line: string): JsonObject | undefined {
  if (!line.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function numbersOf(data: JsonObject): Record<string, number> {
  return Object.fromEntries(
    Object.entries(data).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
