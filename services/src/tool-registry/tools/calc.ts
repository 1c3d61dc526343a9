import { ArithmeticError, evaluate } from "../arithmetic.js";
import { type Tool, ToolError } from "../tool.js";
import { closed } from "./schema.js";

/** Does sums. */
export const calc: Tool = {
  id: "calc",
  name: "Calculator",
  description: "Works out arithmetic: + - * / with parentheses and signs.",
  inputSchema: closed({ expression: { type: "string", description: "Such as (17 + 4) * 2." } }),
  outputSchema: closed({ value: { type: "number" } }),
  run: ({ expression }) => {
    try {
      return { value: evaluate(String(expression)) };
    } catch (error) {
      if (error instanceof ArithmeticError) throw new ToolError(error.message);
      throw error;
    }
  },
};
