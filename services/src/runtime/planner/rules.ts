import type { RunInput } from "@agentwire/models/runtime";

/** One call that the planner means to make, and what it calls the step. */
export interface PlannedCall {
  readonly step: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
}

/** Digits, operators and parentheses in a row; what is in it is judged afterwards. Bounded, so that no goal is slow. */
const ARITHMETIC = /[-+(]{0,20}\d[\d\s.()*/+-]{0,200}/g;
const ISO_DATE = /\b\d{4}-\d{1,2}-\d{1,2}\b/g;
const ASKS_TIME = /\b(what time|time is it|current time|time now|what day|today|date)\b/i;
const QUOTED = /["“”]([^"“”]{1,10000})["“”]/;
const MAX_EXPRESSIONS = 10;
/** The part of a goal that is searched for arithmetic. */
const MAX_SEARCHED = 10_000;

/**
 * Decides which tools to call by looking at the words of the goal: arithmetic in it goes to `calc`, a question
 * for the time to `time_now`, and some text, quoted or the goal itself, to `text_stats` (or else `echo`). Rules,
 * no model: it understands nothing, and the same goal always gives the same plan.
 */
export function planCalls(input: RunInput, has: (tool: string) => boolean): PlannedCall[] {
  const calls: PlannedCall[] = [];
  if (has("calc")) {
    for (const expression of expressionsIn(input.goal)) {
      calls.push({ step: `work out ${expression}`, tool: "calc", args: { expression } });
    }
  }
  if (has("time_now") && ASKS_TIME.test(input.goal))
    calls.push({ step: "look at the clock", tool: "time_now", args: {} });
  const text = textOf(input);
  if (has("text_stats")) calls.push({ step: "measure the text", tool: "text_stats", args: { text } });
  else if (has("echo")) calls.push({ step: "repeat the text", tool: "echo", args: { text } });
  return calls;
}

/** The arithmetic in a text: what has an operator between numbers. Dates are none. */
export function expressionsIn(text: string): string[] {
  const candidates = text.slice(0, MAX_SEARCHED).replace(ISO_DATE, " ").match(ARITHMETIC) ?? [];
  const found = candidates.map(tidy).filter((candidate) => /[\d)]\s*[-+*/]\s*[-+(]*[\d(.]/.test(candidate));
  return [...new Set(found)].slice(0, MAX_EXPRESSIONS);
}

/** The text a goal is about: given as data, quoted in the goal, or the goal. */
export function textOf({ goal, data }: RunInput): string {
  const given = data?.["text"];
  return typeof given === "string" ? given : (QUOTED.exec(goal)?.[1] ?? goal);
}

/** Without the full stop of the sentence, a sign that belongs to no number, and brackets that do not match. */
function tidy(candidate: string): string {
  let text = candidate.replace(/[\s.+*/(-]+$/, "").trim();
  const missing = count(text, "(") - count(text, ")");
  if (missing > 0) text = text.replace(new RegExp(`^[(]{1,${missing}}`), "");
  if (missing < 0) text = text.replace(new RegExp(`[)]{1,${-missing}}$`), "");
  return text.trim();
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
