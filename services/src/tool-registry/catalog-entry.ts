import type { ToolDefinition } from "@agentwire/models/tool-registry";
import type { Judge } from "./schema/judge.js";
import type { Judges } from "./schema/judges.js";
import { SchemaError } from "./schema/schema-error.js";
import type { Slots } from "./slots.js";
import type { Tool, ToolLimits } from "./tool.js";

const anything: Judge = () => [];

/** A tool that can be called, or that says why it cannot. Its schemas are compiled when somebody needs them. */
export class CatalogEntry {
  #input: Judge | SchemaError | undefined;
  #output: Judge | SchemaError | undefined;

  constructor(
    readonly tool: Tool,
    readonly definition: ToolDefinition,
    readonly limits: Required<ToolLimits>,
    readonly slots: Slots,
    private readonly judges: Judges,
  ) {}

  /** Why it cannot be called, in words. */
  get unusable(): string | undefined {
    this.#input ??= this.judges.of(this.tool.inputSchema, "args");
    this.#output ??= this.tool.outputSchema ? this.judges.of(this.tool.outputSchema, "result") : anything;
    return because("input_schema", this.#input) ?? because("output_schema", this.#output);
  }

  /** What is wrong with the arguments of a usable tool, in words; empty when nothing is. */
  argumentIssues(args: unknown): string[] {
    return issues(this.#input, args);
  }

  /** What is wrong with a result. */
  resultIssues(result: unknown): string[] {
    return issues(this.#output, result);
  }
}

function because(member: string, judge: Judge | SchemaError): string | undefined {
  return judge instanceof SchemaError ? `its ${member} cannot be used: ${judge.message}` : undefined;
}

function issues(judge: Judge | SchemaError | undefined, value: unknown): string[] {
  return typeof judge === "function" ? judge(value) : [];
}
