import type { RunInput } from "@agentwire/models/runtime";
import type { ToolDefinition } from "@agentwire/models/tool-registry";
import type { Executor } from "../executor.js";
import { compose, type MadeCall, tokensOf } from "./answer.js";
import { callOfOnly, callsByName } from "./named.js";
import { type PlannedCall, planCalls } from "./rules.js";

/**
 * The default agent. It follows rules and knows no language model: it takes the tools that the goal names by id, else
 * picks some by its words, calls them one after the other, one a step, and puts their results into sentences.
 */
export const planner: Executor = async function* (input, { tools, callTool }) {
  const has = (tool: string): boolean => tools.some(({ tool_id }) => tool_id === tool);
  const made: MadeCall[] = [];
  for (const call of plan(input, tools, has)) {
    yield { type: "step", data: { name: call.step, tool_id: call.tool } };
    made.push({ ...call, outcome: await callTool(call.tool, call.args) });
  }
  const answer = compose(made);
  for (const text of tokensOf(answer)) yield { type: "token", text };
  const calls = made.map(({ tool, args, outcome }) => ({ tool_id: tool, args, ...outcome }));
  return { answer, calls, planner: "rules" };
};

function plan(input: RunInput, tools: readonly ToolDefinition[], has: (tool: string) => boolean): PlannedCall[] {
  const named = callsByName(input, tools);
  if (named.length > 0) return named;
  const picked = planCalls(input, has);
  return picked.length > 0 ? picked : callOfOnly(input, tools);
}
