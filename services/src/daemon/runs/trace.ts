import type { TraceEvent, TraceLevel } from "@agentwire/models/daemon";
import type { RunEvent } from "@agentwire/models/runtime";
import type { Storage } from "../../storage/storage.js";
import { traceStreamOf } from "./record.js";

/** Under this extension an entry has the number that its event has at the runtime. */
const RUNTIME_SEQ = "agentwire.runtime_seq";

const PAGE = 512;

/** What the Daemon itself has to tell of a run. */
export interface Entry {
  readonly type: "run.submitted" | "run.routed" | "run.handed_over" | "run.retried" | "run.resumed" | "run.ended";
  readonly level: TraceLevel;
  readonly data?: Record<string, unknown>;
}

export function entryOf(runId: string, seq: number, entry: Entry): TraceEvent {
  return { run_id: runId, seq, time: new Date().toISOString(), ...entry };
}

/** An event of the runtime as an entry of the trace, with its place there. */
export function entryOfEvent(runId: string, seq: number, event: RunEvent): TraceEvent {
  const extensions = { ...event.extensions, [RUNTIME_SEQ]: event.seq };
  return { ...event, run_id: runId, seq, level: levelOf(event), extensions };
}

/** How much attention an event deserves. */
function levelOf({ type, data }: RunEvent): TraceLevel {
  if (type === "error") return "error";
  if (type === "tool_result" && data?.["ok"] === false) return "warn";
  return type === "token" ? "debug" : "info";
}

/** The whole trace of a run. */
export async function traceOf(storage: Storage, runId: string): Promise<TraceEvent[]> {
  const entries: TraceEvent[] = [];
  for (;;) {
    const page = await storage.events<TraceEvent>(traceStreamOf(runId), entries.length, PAGE);
    entries.push(...page);
    if (page.length < PAGE) return entries;
  }
}

/** The number of the last event of the runtime that a trace of some length has; -1 when it has none. */
export async function lastRuntimeSeq(storage: Storage, runId: string, length: number): Promise<number> {
  for (let end = length; end > 0; end -= PAGE) {
    const from = Math.max(0, end - PAGE);
    const page = await storage.events<TraceEvent>(traceStreamOf(runId), from, end - from);
    const found = page.map(({ extensions }) => extensions?.[RUNTIME_SEQ]).findLast((seq) => seq !== undefined);
    if (typeof found === "number") return found;
  }
  return -1;
}
