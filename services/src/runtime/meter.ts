import type { RunLimits } from "@agentwire/models/runtime";
import { RunFailure } from "./executor.js";

/** Counts what a run consumes, and ends it when it would go over a limit. */
export class Meter {
  steps = 0;
  tokens = 0;
  toolCalls = 0;
  readonly #reported = new Map<string, number>();

  /** @param since when the run was created, as `performance.now()` */
  constructor(
    private readonly limits: RunLimits,
    private readonly since: number,
  ) {}

  /** @throws RunFailure `limits.max_steps` */
  step(): void {
    const { max_steps } = this.limits;
    if (max_steps !== undefined && this.steps >= max_steps) {
      throw new RunFailure("limits.max_steps", `The run wanted more than its ${max_steps} step(s).`);
    }
    this.steps += 1;
  }

  /** @throws RunFailure `limits.max_tokens` */
  token(): void {
    const { max_tokens } = this.limits;
    if (max_tokens !== undefined && this.tokens >= max_tokens) {
      throw new RunFailure("limits.max_tokens", `The run wanted more than its ${max_tokens} token(s).`);
    }
    this.tokens += 1;
  }

  /** Numbers that only the agent knows, such as the tokens of a prompt. */
  add(usage: Readonly<Record<string, number>>): void {
    for (const [name, amount] of Object.entries(usage)) {
      this.#reported.set(name, (this.#reported.get(name) ?? 0) + amount);
    }
  }

  usage(): Record<string, number> {
    return {
      ...Object.fromEntries(this.#reported),
      steps: this.steps,
      tokens: this.tokens,
      tool_calls: this.toolCalls,
      duration_ms: Math.round(performance.now() - this.since),
    };
  }
}
