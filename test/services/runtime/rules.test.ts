import { describe, expect, it } from "vitest";
import { expressionsIn, planCalls, textOf } from "../../../services/src/runtime/planner/rules.js";

describe("expressionsIn", () => {
  it.each([
    ["What is 17 + 4?", ["17 + 4"]],
    ["(2+3)*4, then -1 - 2.", ["(2+3)*4", "-1 - 2"]],
    ["Work out 355 / 113 and 2*3", ["355 / 113", "2*3"]],
    ["see (1 + 2) there", ["(1 + 2)"]],
    ["it happened on 2026-11-20", []],
    ["three 3 apples, 4 pears", []],
    ["no numbers - none", []],
    ["1+1 and 1+1", ["1+1"]],
    ["version 1.2.3 of 4", []],
  ])("%s", (goal, expressions) => {
    expect(expressionsIn(goal)).toEqual(expressions);
  });

  it("is not slowed down by a hostile goal", () => {
    // With the square of its length, the test's time is up long before it ends.
    for (const piece of ["(", "1 ", "1+", "+(", " "]) {
      expect(expressionsIn(piece.repeat(500_000)).length).toBeLessThan(10);
    }
  });
});

describe("planCalls", () => {
  const all = () => true;
  const tools = (goal: string, has: (tool: string) => boolean = all) =>
    planCalls({ goal }, has).map(({ tool }) => tool);

  it("picks tools by the words of the goal", () => {
    expect(tools("conformance")).toEqual(["text_stats"]);
    expect(tools("What time is it?")).toEqual(["time_now", "text_stats"]);
    expect(tools("2 * 3 today")).toEqual(["calc", "time_now", "text_stats"]);
  });

  it("does without tools that are not there", () => {
    expect(tools("2 * 3", (tool) => tool === "echo")).toEqual(["echo"]);
    expect(tools("2 * 3", () => false)).toEqual([]);
  });

  it("is about the text that is given, quoted, or the goal itself", () => {
    expect(textOf({ goal: "count it", data: { text: "given" } })).toBe("given");
    expect(textOf({ goal: 'count "quoted" words' })).toBe("quoted");
    expect(textOf({ goal: "count" })).toBe("count");
  });
});
