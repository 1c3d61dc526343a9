import type { Chunk, ToolCall } from "./wire.js";

/** What the model says in one call, put together from its chunks. */
export class Turn {
  text = "";
  finishReason: string | undefined;
  usage: { prompt_tokens: number; completion_tokens: number } | undefined;
  readonly #calls = new Map<number, { id: string; name: string; arguments: string }>();

  /** Takes a chunk; returns the text that it adds. */
  add({ choices, usage }: Chunk): string {
    if (usage) {
      this.usage = { prompt_tokens: usage.prompt_tokens ?? 0, completion_tokens: usage.completion_tokens ?? 0 };
    }
    const choice = choices?.[0];
    if (!choice) return "";
    this.finishReason = choice.finish_reason ?? this.finishReason;
    for (const [position, delta] of (choice.delta?.tool_calls ?? []).entries()) {
      const index = delta.index ?? position;
      const call = this.#calls.get(index) ?? { id: "", name: "", arguments: "" };
      call.id ||= delta.id ?? "";
      call.name += delta.function?.name ?? "";
      call.arguments += delta.function?.arguments ?? "";
      this.#calls.set(index, call);
    }
    const text = choice.delta?.content ?? "";
    this.text += text;
    return text;
  }

  /** The calls in the order of their indexes; those without an id get one. */
  get toolCalls(): ToolCall[] {
    const sorted = [...this.#calls].sort(([a], [b]) => a - b);
    return sorted.map(([index, { id, name, arguments: args }]) => ({
      id: id || `call_${index}`,
      type: "function",
      function: { name, arguments: args },
    }));
  }
}
