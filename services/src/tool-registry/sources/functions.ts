import type { Judge } from "../schema/judge.js";
import type { Judges } from "../schema/judges.js";
import { SchemaError } from "../schema/schema-error.js";
import type { Tool } from "../tool.js";
import type { ToolSource } from "./source.js";

/** Tools that are functions in this process. */
export class FunctionSource implements ToolSource {
  readonly name = "builtin";
  readonly tools: Tool[] = [];

  constructor(private readonly judges: Judges) {}

  /** @throws Error when the id or the name is taken, or a schema is none */
  add(tool: Tool): void {
    for (const other of this.tools) {
      if (other.id === tool.id) throw new Error(`a tool with the id "${tool.id}" is registered already`);
      if (other.name === tool.name) throw new Error(`a tool with the name "${tool.name}" is registered already`);
    }
    this.#refuse(tool, "inputSchema", this.judges.of(tool.inputSchema, "args"));
    if (tool.outputSchema) this.#refuse(tool, "outputSchema", this.judges.of(tool.outputSchema, "result"));
    this.tools.push(tool);
  }

  #refuse({ id }: Tool, member: string, judge: Judge | SchemaError): void {
    if (judge instanceof SchemaError) throw new Error(`${member} of tool "${id}" cannot be used: ${judge.message}`);
  }
}
