import type { ToolOutcome } from "../executor.js";
import type { PlannedCall } from "./rules.js";

/** A call that was made, and what came of it. */
export interface MadeCall extends PlannedCall {
  readonly outcome: ToolOutcome;
}

const SHOWN = 200;

/** The answer to a goal, put together from what the tools said. */
export function compose(calls: readonly MadeCall[]): string {
  if (calls.length === 0) return "There is no tool that I may use, so there is nothing I can find out.";
  return calls.map(sentence).join(" ");
}

/** The pieces in which an answer is handed out: a word, with the space before it. */
export function tokensOf(answer: string): string[] {
  return answer.match(/\s*\S+/g) ?? [];
}

function sentence({ tool, args, step, outcome }: MadeCall): string {
  if (!outcome.ok) return `I could not ${step}: ${outcome.error.message.replace(/\.$/, "")}.`;
  const { result } = outcome;
  if (tool === "calc") return `${String(args["expression"])} = ${String(result["value"])}.`;
  if (tool === "time_now") return `It is ${String(result["time"])}.`;
  if (tool === "text_stats") {
    const counts = (["words", "characters", "lines"] as const).map((name) => counted(Number(result[name]), name));
    return `"${shortened(String(args["text"]))}" has ${counts[0]}, ${counts[1]} and ${counts[2]}.`;
  }
  if (tool === "echo") return `You said: "${shortened(String(result["text"]))}".`;
  return `${tool} says: ${shortened(wordsOf(result))}`;
}

/** What any tool said: the texts of an MCP result, else its JSON. */
function wordsOf(result: Record<string, unknown>): string {
  const { content } = result;
  if (!Array.isArray(content)) return JSON.stringify(result);
  const texts = content.flatMap((part: { type?: unknown; text?: unknown }) =>
    typeof part?.text === "string" ? [part.text] : [],
  );
  return texts.length > 0 ? texts.join(" ") : JSON.stringify(result);
}

function counted(count: number, plural: string): string {
  return `${count} ${count === 1 ? plural.slice(0, -1) : plural}`;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN - 1)}…`;
}
