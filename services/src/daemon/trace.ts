import type { TraceEvent, TraceResponse } from "@agentwire/models/daemon";
import type { RunEvent } from "@agentwire/models/runtime";

/** The trace of a run: its events, with how much each should worry somebody. Without events it has no member. */
export function traceOf(events: readonly RunEvent[]): TraceResponse {
  return events.length === 0 ? {} : { events: events.map(traceEvent) };
}

function traceEvent(event: RunEvent): TraceEvent {
  return { ...event, level: levelOf(event) };
}

function levelOf({ type, data }: RunEvent): "debug" | "info" | "warn" | "error" {
  if (type === "error") return "error";
  if (type === "tool_result" && data?.["ok"] === false) return "warn";
  return type === "token" ? "debug" : "info";
}
