import type { Tool } from "../tool.js";

/** How a source is, for health checks. Strangers may read it: no addresses, no secrets. */
export interface SourceState {
  readonly status: "ok" | "degraded" | "down";
  readonly message?: string;
}

/** Where tools come from. */
export interface ToolSource {
  /** Unique, for people: `mcp files`. */
  readonly name: string;
  /** The tools it has now, in an order that does not change by itself. */
  readonly tools: readonly Tool[];
  /** Undefined for what cannot fail, such as functions. */
  readonly state?: SourceState | undefined;
  /** Might this be one of its tools, although it has not been able to list them yet? */
  expects?(id: string): boolean;
  /** Begins to connect, and calls `changed` whenever the tools or the state are others. Never throws. */
  start?(changed: () => void): void;
  /** Ends everything that `start` began. */
  close?(): Promise<void>;
}
