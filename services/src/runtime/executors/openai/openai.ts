import type { RunInput } from "@agentwire/models/runtime";
import { type Executor, type ExecutorContext, type Progress, RunFailure, type ToolOutcome } from "../../executor.js";
import { type Endpoint, Lost, streamChat, waitBefore } from "./endpoint.js";
import { ToolNames } from "./tools.js";
import { Turn } from "./turn.js";
import type { Message, ToolCall } from "./wire.js";

export interface OpenAiOptions extends Endpoint {
  readonly model: string;
  /** The first message. Default: a sentence that tells the model to reach the goal with its tools. */
  readonly systemPrompt?: string;
  readonly temperature?: number;
  /** Calls of the model in one run, whatever the run's own limits are. Default 50. */
  readonly maxTurns?: number;
  /** Characters of a tool's result that the model is shown. Default 100 000. */
  readonly maxToolResult?: number;
}

const SYSTEM_PROMPT =
  "You are an agent. Reach the user's goal with the tools you have, and then answer in a few words. " +
  "When a tool fails, read why, and try another way or say what is missing.";

/**
 * An agent on any endpoint that speaks chat completions: a model that calls the run's tools until it has the answer.
 * Each call of the model is a step; what it says comes as tokens. A call that is cut off begins again with a new step,
 * and the tokens since the last one are void then.
 */
export function openAiExecutor(options: OpenAiOptions): Executor {
  return async function* (input, context) {
    const names = new ToolNames(context.tools);
    const messages: Message[] = [
      { role: "system", content: options.systemPrompt ?? SYSTEM_PROMPT },
      { role: "user", content: taskOf(input) },
    ];
    const spent = new Budget(context.limits.max_tokens);
    for (let turn = 1; turn <= (options.maxTurns ?? 50); turn += 1) {
      const said = yield* ask(options, messages, names, turn, spent, context);
      const calls = said.toolCalls;
      if (calls.length === 0) return outputOf(said, options.model);
      messages.push({ role: "assistant", content: said.text || null, tool_calls: calls });
      messages.push(...(yield* callAll(calls, names, options, context)));
    }
    throw new RunFailure(
      "model.max_turns",
      `The model called tools ${options.maxTurns ?? 50} times without an answer.`,
    );
  };
}

/** One call of the model, begun again where it was lost. */
async function* ask(
  options: OpenAiOptions,
  messages: readonly Message[],
  names: ToolNames,
  turn: number,
  budget: Budget,
  context: ExecutorContext,
): AsyncGenerator<Progress, Turn, undefined> {
  const { model, temperature } = options;
  const tools = names.declarations();
  const request = {
    model,
    messages,
    ...(tools.length > 0 ? { tools } : {}),
    ...(temperature === undefined ? {} : { temperature }),
    ...budget.request(),
  };
  for (let attempt = 1; ; attempt += 1) {
    yield { type: "step", data: { name: "model", model, turn, ...(attempt > 1 ? { attempt } : {}) } };
    const said = new Turn();
    try {
      for await (const chunk of streamChat(options, request, context.signal)) {
        const text = said.add(chunk);
        if (text !== "") yield { type: "token", text };
      }
      if (said.finishReason === undefined) throw new Lost("the model's answer was cut off");
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      context.log.warn({ run: context.runId, attempt, reason: error.message }, "a call of the model was lost");
      await waitBefore(attempt, error, options, context.signal);
      continue;
    }
    if (said.usage) context.addUsage(said.usage);
    budget.spend(said.usage?.completion_tokens ?? 0);
    return said;
  }
}

/** Calls the tools, all at once, and puts what came of them into messages. */
async function* callAll(
  calls: readonly ToolCall[],
  names: ToolNames,
  { maxToolResult = 100_000 }: OpenAiOptions,
  context: ExecutorContext,
): AsyncGenerator<Progress, Message[], undefined> {
  const outcomes: Promise<ToolOutcome>[] = [];
  for (const { function: called } of calls) {
    const tool = names.find(called.name);
    const args = argumentsOf(called.arguments);
    if (tool && args) outcomes.push(context.callTool(tool.tool_id, args));
    else {
      const refusal = tool
        ? refused("tool.invalid_args", "The arguments are no JSON object.")
        : refused("tool.not_found", `There is no tool "${called.name}".`);
      const tool_id = tool?.tool_id ?? called.name;
      yield { type: "tool_call", data: { tool_id, arguments: called.arguments } };
      yield { type: "tool_result", data: { tool_id, ...refusal } };
      outcomes.push(Promise.resolve(refusal));
    }
  }
  const done = await Promise.all(outcomes);
  return calls.map(({ id }, index) => {
    const outcome = done[index] as ToolOutcome;
    const content = JSON.stringify(outcome.ok ? outcome.result : { error: outcome.error });
    return { role: "tool", tool_call_id: id, content: content.slice(0, maxToolResult) };
  });
}

/** Models write "" where a tool takes no arguments. */
function argumentsOf(text: string): Record<string, unknown> | undefined {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function refused(code: string, message: string): ToolOutcome & { ok: false } {
  return { ok: false, error: { code, message } };
}

/** @throws RunFailure `model.filtered` */
function outputOf({ text, finishReason }: Turn, model: string): Record<string, unknown> {
  if (finishReason === "content_filter") throw new RunFailure("model.filtered", "The model's answer was filtered.");
  return { answer: text, model, ...(finishReason === "length" ? { truncated: true } : {}) };
}

function taskOf({ goal, context, data }: RunInput): string {
  const parts = [goal];
  if (context && Object.keys(context).length > 0) parts.push(`Context:\n${JSON.stringify(context)}`);
  if (data && Object.keys(data).length > 0) parts.push(`Data:\n${JSON.stringify(data)}`);
  return parts.join("\n\n");
}

/** The tokens that a run may still have the model write. */
class Budget {
  #spent = 0;

  constructor(private readonly limit: number | undefined) {}

  request(): { readonly max_tokens?: number } {
    return this.limit === undefined ? {} : { max_tokens: Math.max(1, this.limit - this.#spent) };
  }

  /** @throws RunFailure `limits.max_tokens` */
  spend(tokens: number): void {
    this.#spent += tokens;
    if (this.limit !== undefined && this.#spent > this.limit) {
      throw new RunFailure("limits.max_tokens", `The run wanted more than its ${this.limit} token(s).`);
    }
  }
}
