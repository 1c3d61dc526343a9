import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Tool } from "./tool.js";

/** A tool with its schemas compiled. */
export interface CatalogEntry {
  readonly tool: Tool;
  /** What is wrong with the arguments, in words; empty when nothing is. */
  argumentIssues(args: unknown): string[];
  /** What is wrong with a result. */
  resultIssues(result: unknown): string[];
}

/** Enough to see what is wrong, and no more: arguments may be large. */
const MAX_ISSUES = 20;

/** The tools there are, in the order they were registered. */
export class Catalog {
  readonly #byId = new Map<string, CatalogEntry>();
  readonly #byName = new Map<string, CatalogEntry>();
  readonly #ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });

  /** @throws Error when the id or the name is taken, or a schema is none */
  register(tool: Tool): void {
    if (this.#byId.has(tool.id)) throw new Error(`a tool with the id "${tool.id}" is registered already`);
    if (this.#byName.has(tool.name)) throw new Error(`a tool with the name "${tool.name}" is registered already`);
    const input = this.#compile(tool, "inputSchema", tool.inputSchema);
    const output = tool.outputSchema && this.#compile(tool, "outputSchema", tool.outputSchema);
    const entry: CatalogEntry = {
      tool,
      argumentIssues: (args) => issuesOf(input, args, "args"),
      resultIssues: (result) => (output ? issuesOf(output, result, "result") : []),
    };
    this.#byId.set(tool.id, entry);
    this.#byName.set(tool.name, entry);
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

  tools(): Tool[] {
    return [...this.#byId.values()].map(({ tool }) => tool);
  }

  #compile(tool: Tool, member: string, schema: object): ValidateFunction {
    try {
      return this.#ajv.compile(schema);
    } catch (error) {
      throw new Error(`${member} of tool "${tool.id}" is no JSON Schema: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}

function issuesOf(validate: ValidateFunction, value: unknown, root: string): string[] {
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  return errors
    .slice(0, MAX_ISSUES)
    .map(({ instancePath, message }) => `${root}${instancePath} ${message ?? "is invalid"}`);
}
