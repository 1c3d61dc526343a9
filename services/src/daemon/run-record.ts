import type { RuntimeClient } from "@agentwire/client/runtime";
import type { RunEvent, RunRequest, RunResult, RunStatus } from "@agentwire/models/runtime";

/** Where a run goes. */
export interface Target {
  readonly client: RuntimeClient;
  readonly instanceId: string | undefined;
  /** Aborts when the Daemon has stopped the instance. */
  readonly gone: AbortSignal;
  /** Counts the run in, at once, and returns what counts it out. */
  take(): () => void;
}

/** What the Daemon knows of one run. */
export interface RunRecord {
  readonly id: string;
  /** Its place among all runs, from 1. */
  readonly position: number;
  readonly request: RunRequest;
  readonly target: Target;
  status: RunStatus;
  /** Kept as soon as it is known, so that it outlives the runtime. */
  result?: RunResult;
  readonly events: RunEvent[];
}

/** Where runs are kept. Later issues put a database behind it. */
export interface RunRecordStore {
  find(id: string): RunRecord | undefined;
  add(record: RunRecord): void;
  /** Up to `limit` runs after a position, oldest first. */
  after(position: number, limit: number): RunRecord[];
}

const DEFAULT_CAPACITY = 10_000;

/** Keeps runs in memory; when there are too many, the oldest that have ended are forgotten. */
export class MemoryRunRecordStore implements RunRecordStore {
  readonly #records = new Map<string, RunRecord>();

  constructor(private readonly capacity = DEFAULT_CAPACITY) {}

  find(id: string): RunRecord | undefined {
    return this.#records.get(id);
  }

  add(record: RunRecord): void {
    this.#records.set(record.id, record);
    for (const [id, old] of this.#records) {
      if (this.#records.size <= this.capacity) return;
      if (old.status.ended_at !== undefined) this.#records.delete(id);
    }
  }

  after(position: number, limit: number): RunRecord[] {
    const found: RunRecord[] = [];
    for (const record of this.#records.values()) {
      if (record.position > position) found.push(record);
      if (found.length === limit) break;
    }
    return found;
  }
}
