import { setImmediate as turn } from "node:timers/promises";
import type { Logger } from "@agentwire/kit/server";
import type { HealthCheck } from "@agentwire/models/common";
import type { ToolDefinition } from "@agentwire/models/tool-registry";
import { CatalogEntry } from "./catalog-entry.js";
import type { Judges } from "./schema/judges.js";
import { Slots } from "./slots.js";
import type { ToolSource } from "./sources/source.js";
import { definitionOf, type Tool, type ToolLimits } from "./tool.js";

/** What a catalog does with the tools of its sources. */
export interface CatalogOptions {
  readonly limits: Required<ToolLimits>;
  readonly judges: Judges;
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
  #problems = new Map<ToolSource, Set<string>>();
  /** Kept when a source lists its tools anew, as calls under way hold them. */
  #slots = new Map<string, Slots>();
  readonly #told = new Set<string>();
  readonly #watchers = new Set<() => void>();

  constructor(
    private readonly sources: readonly ToolSource[],
    private readonly options: CatalogOptions,
  ) {
    this.refresh();
  }

  /** Takes in what the sources have now. */
  refresh(): void {
    const slots = this.#slots;
    this.#byId = new Map();
    this.#byName = new Map();
    this.#problems = new Map();
    this.#slots = new Map();
    for (const source of this.sources) {
      for (const tool of source.tools) this.#add(source, tool, slots);
    }
    const before = JSON.stringify(this.#definitions);
    this.#definitions = [...this.#byId.values()].map(({ definition }) => definition);
    void this.#compile(this.#byId);
    if (JSON.stringify(this.#definitions) === before) return;
    for (const changed of this.#watchers) changed();
  }

  /** Calls whenever the definitions are others; returns what ends that. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
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
      const problems = [...(this.#problems.get(source) ?? [])];
      const { status = "ok", message } = source.state ?? {};
      if (!source.state && problems.length === 0) return [];
      return {
        name: source.name,
        status: status === "ok" && problems.length > 0 ? "degraded" : status,
        ...(message === undefined ? {} : { message }),
        ...(problems.length === 0 ? {} : { details: { problems } }),
      };
    });
  }

  #add(source: ToolSource, tool: Tool, slots: ReadonlyMap<string, Slots>): void {
    const { id, name } = tool;
    const taken = this.#byId.has(id) ? "id" : this.#byName.has(name) ? `name "${name}"` : undefined;
    if (taken !== undefined) {
      this.#report(source, `tool "${id}" is left out: another one before it has its ${taken}`);
      return;
    }
    const limits = { ...this.options.limits, ...limitsOf(tool) };
    const key = JSON.stringify([id, limits.maxConcurrency, limits.maxQueue]);
    const held = slots.get(key) ?? new Slots(limits.maxConcurrency, limits.maxQueue);
    this.#slots.set(key, held);
    const entry = new CatalogEntry(tool, this.options.publish(definitionOf(tool)), limits, held, this.options.judges);
    this.#byId.set(id, entry);
    this.#byName.set(name, entry);
  }

  /** Compiles all schemas, one tool a turn, as a source may bring a thousand; reports those that cannot be used. */
  async #compile(entries: ReadonlyMap<string, CatalogEntry>): Promise<void> {
    for (const source of this.sources) {
      for (const tool of source.tools) {
        await turn(undefined, { ref: false });
        if (this.#byId !== entries) return;
        const entry = entries.get(tool.id);
        if (entry?.tool === tool && entry.unusable !== undefined) {
          this.#report(source, `tool "${tool.id}" cannot be called: ${entry.unusable}`);
        }
      }
    }
  }

  /** For health checks, and once for the log. */
  #report(source: ToolSource, problem: string): void {
    const problems = this.#problems.get(source) ?? new Set();
    this.#problems.set(source, problems.add(problem));
    if (this.#told.has(problem)) return;
    this.#told.add(problem);
    this.options.log.warn({ source: source.name }, problem);
  }
}

function limitsOf({ timeoutMs, maxResultBytes, maxConcurrency, maxQueue }: Tool): ToolLimits {
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(maxResultBytes === undefined ? {} : { maxResultBytes }),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(maxQueue === undefined ? {} : { maxQueue }),
  };
}
