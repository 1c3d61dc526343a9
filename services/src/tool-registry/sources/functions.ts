import { judgeOf } from "../schema/judge.js";
import type { Tool } from "../tool.js";
import type { ToolSource } from "./source.js";

/** Tools that are functions in this process. */
export class FunctionSource implements ToolSource {
  readonly name = "builtin";
  readonly tools: Tool[] = [];

  /** @throws Error when the id or the name is taken, or a schema is none */
  add(tool: Tool): void {
    for (const other of this.tools) {
      if (other.id === tool.id) throw new Error(`a tool with the id "${tool.id}" is registered already`);
      if (other.name === tool.name) throw new Error(`a tool with the name "${tool.name}" is registered already`);
    }
    for (const member of ["inputSchema", "outputSchema"] as const) {
      const schema = tool[member];
      try {
        if (schema) judgeOf(schema, member);
      } catch (error) {
        throw new Error(`${member} of tool "${tool.id}" cannot be used: ${(error as Error).message}`, { cause: error });
      }
    }
    this.tools.push(tool);
  }
}
