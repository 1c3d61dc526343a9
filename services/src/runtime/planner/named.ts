import type { RunInput } from "@agentwire/models/runtime";
import type { ToolDefinition } from "@agentwire/models/tool-registry";
import { type PlannedCall, textOf } from "./rules.js";

const MAX_CALLS = 10;
const NUMBER = /[-+]?\d+(?:\.\d+)?/g;

interface Property {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
}

/**
 * The calls of tools that the goal names by their ids, in the order of the goal: with the JSON object that follows the
 * name, else with arguments made up from the text and the numbers of the goal.
 */
export function callsByName(input: RunInput, tools: readonly ToolDefinition[]): PlannedCall[] {
  const { goal } = input;
  const found = tools.flatMap((tool) => {
    const at = positionOf(tool.tool_id, goal);
    return at === undefined ? [] : [{ tool, at }];
  });
  return found
    .sort((a, b) => a.at - b.at)
    .slice(0, MAX_CALLS)
    .map(({ tool, at }) => {
      const rest = goal.slice(at + tool.tool_id.length);
      const args = objectIn(rest) ?? argumentsFor(tool, { ...input, goal: rest.trim() || goal });
      return { step: `use ${tool.tool_id}`, tool: tool.tool_id, args };
    });
}

/** A call of the only tool there is, whose id the goal does not even name: whoever allowed just one meant it. */
export function callOfOnly(input: RunInput, tools: readonly ToolDefinition[]): PlannedCall[] {
  const [tool, ...others] = tools;
  if (!tool || others.length > 0) return [];
  const args = objectIn(input.goal) ?? argumentsFor(tool, input);
  return [{ step: `use ${tool.tool_id}`, tool: tool.tool_id, args }];
}

/** Where the id stands as a word of its own. Ids of one word, such as `echo`, are words of any goal and do not count. */
function positionOf(id: string, goal: string): number | undefined {
  if (!/[._-]/.test(id)) return undefined;
  for (let at = goal.indexOf(id); at !== -1; at = goal.indexOf(id, at + 1)) {
    if (!/[\w.-]/.test(goal[at - 1] ?? " ") && !/[\w-]/.test(goal[at + id.length] ?? " ")) return at;
  }
  return undefined;
}

/** The JSON object that a text begins with, after a few words such as "with". */
function objectIn(text: string): Record<string, unknown> | undefined {
  const start = text.indexOf("{");
  if (start === -1 || start > 20) return undefined;
  for (let end = text.lastIndexOf("}"); end > start; end = text.lastIndexOf("}", end - 1)) {
    try {
      return JSON.parse(text.slice(start, end + 1)) as Record<string, unknown>;
    } catch {
      // Maybe there is more than one object.
    }
  }
  return undefined;
}

/** What is required: texts get the text of the goal, numbers its numbers one after the other, the rest its default. */
function argumentsFor({ input_schema }: ToolDefinition, input: RunInput): Record<string, unknown> {
  const { properties = {}, required = [] } = input_schema as {
    properties?: Record<string, Property>;
    required?: readonly string[];
  };
  const numbers = input.goal.match(NUMBER)?.map(Number) ?? [];
  const value = ({ type, enum: values, default: given }: Property = {}): unknown => {
    if (given !== undefined) return given;
    if (values) return values[0];
    if (type === "number" || type === "integer") return numbers.shift() ?? 0;
    if (type === "boolean") return false;
    if (type === "array") return [];
    return type === "object" ? {} : textOf(input);
  };
  return Object.fromEntries(required.map((name) => [name, value(properties[name])]));
}
