import type { ToolDefinition } from "@agentwire/models/tool-registry";
import type { ToolDeclaration } from "./wire.js";

const LONGEST_NAME = 64;

/** The tools of a run under names that models may use: letters, digits, `_` and `-`, at most 64. */
export class ToolNames {
  readonly #byName = new Map<string, ToolDefinition>();

  constructor(tools: readonly ToolDefinition[]) {
    for (const tool of tools) this.#byName.set(this.#nameFor(tool.tool_id), tool);
  }

  find(name: string): ToolDefinition | undefined {
    return this.#byName.get(name);
  }

  declarations(): ToolDeclaration[] {
    return [...this.#byName].map(([name, { description, input_schema }]) => ({
      type: "function",
      function: { name, ...(description === undefined ? {} : { description }), parameters: input_schema },
    }));
  }

  #nameFor(toolId: string): string {
    const wanted = toolId.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, LONGEST_NAME);
    for (let name = wanted, count = 2; ; count += 1) {
      if (!this.#byName.has(name)) return name;
      const suffix = `_${count}`;
      name = wanted.slice(0, LONGEST_NAME - suffix.length) + suffix;
    }
  }
}
