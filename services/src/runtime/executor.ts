import type { Logger } from "@agentwire/kit/server";
import type { ErrorDetail, ResourceRef } from "@agentwire/models/common";
import type { RunInput, RunLimits } from "@agentwire/models/runtime";
import type { ToolDefinition } from "@agentwire/models/tool-registry";

/**
 * What an agent says while it works. Calls through `ExecutorContext.callTool` are recorded by the runtime; an agent
 * that has tools of its own reports them itself.
 */
export type Progress =
  | { readonly type: "step" | "tool_call" | "tool_result"; readonly data: Readonly<Record<string, unknown>> }
  | { readonly type: "token"; readonly text: string };

/** What came of a call to a tool. A call that is refused or fails is an outcome too, for the agent to deal with. */
export type ToolOutcome =
  | { readonly ok: true; readonly result: Record<string, unknown> }
  | { readonly ok: false; readonly error: ErrorDetail };

/** What an agent works with. */
export interface ExecutorContext {
  readonly runId: string;
  /** The tools this run may use. */
  readonly tools: readonly ToolDefinition[];
  /** What the run may consume. The runtime enforces it; an agent may want to plan with it. */
  readonly limits: RunLimits;
  /** Calls a tool. Rejects only when the run has been stopped. */
  callTool(toolId: string, args: Record<string, unknown>): Promise<ToolOutcome>;
  /** Numbers for the result's `usage`, added to those reported before. */
  addUsage(usage: Readonly<Record<string, number>>): void;
  /** Something the run has made, for the result's `artifacts`. */
  addArtifact(artifact: ResourceRef): void;
  /** Aborts when the run is canceled or out of time. An executor that does not look at it is left behind. */
  readonly signal: AbortSignal;
  /** For operators; nothing of it reaches the caller. */
  readonly log: Logger;
}

/**
 * An agent: yields what it is doing and returns its output. What it throws makes the run fail; throw a
 * `RunFailure` to say with which code. A stopped run calls the generator's `return`, after `signal` has aborted.
 */
export type Executor = (
  input: RunInput,
  context: ExecutorContext,
) => AsyncGenerator<Progress, Record<string, unknown>, undefined>;

/** Why a run does not succeed, as its result will say it. */
export class RunFailure extends Error {
  override readonly name = "RunFailure";
  constructor(
    readonly code: string,
    message: string,
    readonly options: {
      readonly retryable?: boolean;
      readonly state?: "failed" | "canceled";
      readonly details?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message);
  }

  detail(): ErrorDetail {
    const { retryable, details } = this.options;
    return {
      code: this.code,
      message: this.message,
      ...(details === undefined ? {} : { details: { ...details } }),
      ...(retryable === undefined ? {} : { retryable }),
    };
  }
}
