import type { ErrorDetail } from "@agentwire/models/common";
import type { RunInput } from "@agentwire/models/runtime";
import type { ToolDefinition } from "@agentwire/models/tool-registry";

/** What an agent says while it works. Calls to tools are recorded by the runtime, so that none goes unseen. */
export type Progress =
  | { readonly type: "step"; readonly data: Readonly<Record<string, unknown>> }
  | { readonly type: "token"; readonly text: string };

/** What came of a call to a tool. A call that is refused or fails is an outcome too, for the agent to deal with. */
export type ToolOutcome =
  | { readonly ok: true; readonly result: Record<string, unknown> }
  | { readonly ok: false; readonly error: ErrorDetail };

/** What an agent works with. */
export interface ExecutorContext {
  /** The tools this run may use. */
  readonly tools: readonly ToolDefinition[];
  /** Calls a tool. Rejects only when the run has been stopped. */
  callTool(toolId: string, args: Record<string, unknown>): Promise<ToolOutcome>;
  /** Aborts when the run is canceled or out of time. An executor that does not look at it is left behind. */
  readonly signal: AbortSignal;
}

/**
 * An agent: yields what it is doing and returns its output. What it throws makes the run fail; throw a
 * `RunFailure` to say with which code.
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
    readonly options: { readonly retryable?: boolean; readonly state?: "failed" | "canceled" } = {},
  ) {
    super(message);
  }

  detail(): ErrorDetail {
    const { retryable } = this.options;
    return { code: this.code, message: this.message, ...(retryable === undefined ? {} : { retryable }) };
  }
}
