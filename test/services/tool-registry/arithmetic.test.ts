import { describe, expect, it } from "vitest";
import { evaluate } from "../../../services/src/tool-registry/arithmetic.js";

describe("evaluate", () => {
  it.each([
    ["1", 1],
    ["  2 + 3 * 4 ", 14],
    ["(2 + 3) * 4", 20],
    ["10 - 4 - 3", 3],
    ["24 / 4 / 2", 3],
    ["-3 + 5", 2],
    ["2 * -3", -6],
    ["--4", 4],
    ["-(2 + 3)", -5],
    [".5 + 1.25", 1.75],
    ["0 * -1", 0],
    ["((((7))))", 7],
  ])("%s is %d", (expression, value) => {
    expect(evaluate(expression)).toBe(value);
  });

  it.each([
    ["", "ends where a number is expected"],
    ["1 +", "ends where a number is expected"],
    ["1 2", '"2" at 3 is not expected there'],
    ["(1", 'a ")" is missing'],
    ["1)", '")" at 2 is not expected there'],
    ["1 / 0", "division by zero"],
    ["2 ** 3", '"*" at 4 is no number'],
    ["process.exit()", '"p" is not part of arithmetic'],
    ["1 + 💥", '"💥" is not part of arithmetic'],
    [`${"(".repeat(200)}1${")".repeat(200)}`, "nested deeper"],
    ["1+".repeat(600), "longer than"],
    [`1${"0".repeat(200)} * 1${"0".repeat(200)}`, "no finite number"],
  ])("refuses %s", (expression, reason) => {
    expect(() => evaluate(expression)).toThrow(reason);
  });
});
