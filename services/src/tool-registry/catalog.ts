import type { Logger } from "@agentwire/kit/server";
import type { HealthCheck } from "@agentwire/models/common";
import type { ToolDefinition } from "@agentwire/models/tool-registry";
import { type Judge, judgeOf } from "./schema/judge.js";
import { SchemaError } from "./schema/schema-error.js";
import { Slots } from "./slots.js";
import type { ToolSource } from "./sources/source.js";
import { definitionOf, type JsonObject, type Tool, type ToolLimits } from "./tool.js";

/** A tool that is ready to be called, or that says why it is not. */
export interface CatalogEntry {
  readonly tool: Tool;
  readonly definition: ToolDefinition;
  readonly limits: Required<ToolLimits>;
  readonly slots: Slots;
  /** Why it cannot be called. */
  readonly unusable: string | undefined;
  /** What is wrong with the arguments, in words; empty when nothing is. */
  argumentIssues(args: unknown): string[];
  /** What is wrong with a result. */
  resultIssues(result: unknown): string[];
}

export const DEFAULT_TOOL_LIMITS: Required<ToolLimits> = {
  timeoutMs: 10_000,
  maxResultBytes: 1024 * 1024,
  maxConcurrency: 16,
  maxQueue: 64,
};

/** What a catalog does with the tools of its sources. */
export interface CatalogOptions {
  readonly limits: Required<ToolLimits>;
  readonly log: Logger;
  /** Prepares a definition for the eyes of others. */
  readonly publish: (definition: ToolDefinition) => ToolDefinition;
}

/** The tools of all sources, in the order of the sources: of two with one id or name, the first stays. */
export class Catalog {
  #byId = new Map<string, CatalogEntry>();
  #byName = new Map<string, CatalogEntry>();
  #definitions: readonly ToolDefinition[] = [];
  /** What is wrong with the tools of a source. */
  #problems = new Map<ToolSource, readonly string[]>();
  /** Kept when a source lists its tools anew: compiling costs milliseconds, and calls under way hold their slots. */
  #judges = new Map<string, Judge | SchemaError>();
  #slots = new Map<string, Slots>();

  constructor(
    private readonly sources: readonly ToolSource[],
    private readonly options: CatalogOptions,
  ) {
    this.refresh();
  }

  /** Takes in what the sources have now. */
  refresh(): void {
    const before = { problems: this.#problems, judges: this.#judges, slots: this.#slots };
    this.#byId = new Map();
    this.#byName = new Map();
    this.#problems = new Map();
    this.#judges = new Map();
    this.#slots = new Map();
    for (const source of this.sources) {
      const problems = source.tools.flatMap((tool) => this.#add(tool, before) ?? []);
      if (problems.length > 0) this.#problems.set(source, problems);
      const known = before.problems.get(source) ?? [];
      for (const problem of problems) {
        if (!known.includes(problem)) this.options.log.warn({ source: source.name }, problem);
      }
    }
    this.#definitions = [...this.#byId.values()].map(({ definition }) => definition);
  }

  /** By id, or by name where no id is given. */
  find({
    id,
    name,
  }: {
    readonly id?: string | undefined;
    readonly name?: string | undefined;
  }): CatalogEntry | undefined {
    if (id !== undefined) return this.#byId.get(id);
    return name === undefined ? undefined : this.#byName.get(name);
  }

  /** The source that may have this tool once it can be reached. */
  expecting(id: string): ToolSource | undefined {
    return this.sources.find((source) => source.expects?.(id));
  }

  definitions(): readonly ToolDefinition[] {
    return this.#definitions;
  }

  /** One check for every source that can fail, or that has tools which cannot be offered as they are. */
  checks(): HealthCheck[] {
    return this.sources.flatMap((source) => {
      const problems = this.#problems.get(source);
      const state = source.state ?? (problems && { status: "degraded" as const });
      if (!state) return [];
      const status = state.status === "ok" && problems ? "degraded" : state.status;
      const message = "message" in state && state.message !== undefined ? { message: state.message } : {};
      return [{ name: source.name, status, ...message, ...(problems ? { details: { problems } } : {}) }];
    });
  }

  /** Says why a tool is not offered, or not as it should be. */
  #add(
    tool: Tool,
    before: { readonly judges: Map<string, Judge | SchemaError>; readonly slots: Map<string, Slots> },
  ): string | undefined {
    if (this.#byId.has(tool.id)) return `tool "${tool.id}" is left out: another one before it has its id`;
    if (this.#byName.has(tool.name)) return `tool "${tool.id}" is left out: another one has its name "${tool.name}"`;
    const input = this.#judge(tool.inputSchema, "args", before.judges);
    const output = tool.outputSchema ? this.#judge(tool.outputSchema, "result", before.judges) : () => [];
    const reasons = [
      input instanceof SchemaError ? `its input_schema cannot be used, because ${input.message}` : [],
      output instanceof SchemaError ? `its output_schema cannot be used, because ${output.message}` : [],
    ].flat();
    const unusable = reasons.length > 0 ? reasons.join("; ") : undefined;
    const limits = limitsOf(tool, this.options.limits);
    const entry: CatalogEntry = {
      tool,
      definition: this.options.publish(definitionOf(tool)),
      limits,
      slots: this.#slotsOf(tool.id, limits, before.slots),
      unusable,
      argumentIssues: input instanceof SchemaError ? () => [] : input,
      resultIssues: output instanceof SchemaError ? () => [] : output,
    };
    this.#byId.set(tool.id, entry);
    this.#byName.set(tool.name, entry);
    return unusable === undefined ? undefined : `tool "${tool.id}" cannot be called: ${unusable}`;
  }

  #judge(schema: JsonObject, root: string, before: Map<string, Judge | SchemaError>): Judge | SchemaError {
    const key = `${root} ${JSON.stringify(schema)}`;
    const judge = this.#judges.get(key) ?? before.get(key) ?? compiled(schema, root);
    this.#judges.set(key, judge);
    return judge;
  }

  #slotsOf(id: string, { maxConcurrency, maxQueue }: Required<ToolLimits>, before: Map<string, Slots>): Slots {
    const key = JSON.stringify([id, maxConcurrency, maxQueue]);
    const slots = before.get(key) ?? new Slots(maxConcurrency, maxQueue);
    this.#slots.set(key, slots);
    return slots;
  }
}

function compiled(schema: JsonObject, root: string): Judge | SchemaError {
  try {
    return judgeOf(schema, root);
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
}

function limitsOf(tool: Tool, defaults: Required<ToolLimits>): Required<ToolLimits> {
  return {
    timeoutMs: tool.timeoutMs ?? defaults.timeoutMs,
    maxResultBytes: tool.maxResultBytes ?? defaults.maxResultBytes,
    maxConcurrency: tool.maxConcurrency ?? defaults.maxConcurrency,
    maxQueue: tool.maxQueue ?? defaults.maxQueue,
  };
}
