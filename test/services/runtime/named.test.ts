/** Tools that a goal names, without a model. */
import type { ToolDefinition } from "@agentwire/models/tool-registry";
import { describe, expect, it } from "vitest";
import { callOfOnly, callsByName } from "../../../services/src/runtime/planner/named.js";

function tool(tool_id: string, properties: object = {}, required: string[] = []): ToolDefinition {
  return { tool_id, name: tool_id, input_schema: { type: "object", properties, required }, source: "remote" };
}

const echo = tool("every.echo", { message: { type: "string" } }, ["message"]);
const sum = tool("every.get-sum", { a: { type: "number" }, b: { type: "integer" }, note: { type: "string" } }, [
  "a",
  "b",
]);
const plain = tool("echo", { text: { type: "string" } }, ["text"]);
const all = [plain, sum, echo];

const calls = (goal: string, tools = all) => callsByName({ goal }, tools).map(({ tool, args }) => [tool, args]);

describe("tools that a goal names by id", () => {
  it.each<[string, unknown]>([
    ['Use every.echo with {"message": "hi {there}"} please', [["every.echo", { message: "hi {there}" }]]],
    ["every.echo hello there", [["every.echo", { message: "hello there" }]]],
    ['Use every.echo to say "good morning"', [["every.echo", { message: "good morning" }]]],
    ["every.get-sum of 2.5 and -3", [["every.get-sum", { a: 2.5, b: -3 }]]],
    ["every.get-sum", [["every.get-sum", { a: 0, b: 0 }]]],
    ["first every.get-sum of 1 and 2", [["every.get-sum", { a: 1, b: 2 }]]],
    ["every.echo {broken", [["every.echo", { message: "{broken" }]]],
    ["every.echoes are no tool", []],
    ["not-every.echo", []],
    ["echo is a word like any other", []],
    ["nothing", []],
  ])("%s", (goal, expected) => {
    expect(calls(goal)).toEqual(expected);
  });

  it("are called in the order of the goal", () => {
    expect(calls("every.get-sum of 1 and 2, then every.echo").map(([id]) => id)).toEqual([
      "every.get-sum",
      "every.echo",
    ]);
  });

  it("need not be named when there is only one", () => {
    expect(callOfOnly({ goal: "say 5" }, [echo])).toMatchObject([{ tool: "every.echo", args: { message: "say 5" } }]);
    expect(callOfOnly({ goal: '{"message":"x"}' }, [echo])).toMatchObject([{ args: { message: "x" } }]);
    expect(callOfOnly({ goal: "say 5" }, all)).toEqual([]);
  });
});
