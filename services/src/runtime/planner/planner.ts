import type { Executor } from "../executor.js";
import { compose, type MadeCall, tokensOf } from "./answer.js";
import { planCalls } from "./rules.js";

/**
 * The default agent. It follows rules and knows no language model: it picks tools by the words of the goal, calls
 * them one after the other, one a step, and puts their results into sentences.
 */
export const planner: Executor = async function* (input, { tools, callTool }) {
  const has = (tool: string): boolean => tools.some(({ tool_id }) => tool_id === tool);
  const made: MadeCall[] = [];
  for (const call of planCalls(input, has)) {
    yield { type: "step", data: { name: call.step, tool_id: call.tool } };
    made.push({ ...call, outcome: await callTool(call.tool, call.args) });
  }
  const answer = compose(made);
  for (const text of tokensOf(answer)) yield { type: "token", text };
  const calls = made.map(({ tool, args, outcome }) => ({ tool_id: tool, args, ...outcome }));
  return { answer, calls, planner: "rules" };
};
