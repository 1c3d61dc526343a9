import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { ToolSourceConfig } from "./config.js";
import { toolSourcesSchema } from "./schema.js";

let validate: ValidateFunction<readonly ToolSourceConfig[]> | undefined;

/**
 * Checks what a configuration says about tool sources.
 * @throws Error that says everything that is wrong, and where
 */
export function readToolSources(value: unknown): readonly ToolSourceConfig[] {
  // Most registries have no sources, and compiling takes longer than all else at their start.
  if (Array.isArray(value) && value.length === 0) return [];
  validate ??= compiled();
  if (!validate(value)) {
    const found = (validate.errors ?? []).map(({ instancePath, keyword, message, params }) => {
      const { additionalProperty: extra, allowedValues: allowed } = params;
      if (keyword === "discriminator") return [];
      if (Array.isArray(allowed)) return `sources${instancePath} must be one of ${allowed.join(", ")}`;
      return `sources${instancePath} ${message}${extra === undefined ? "" : ` "${extra}"`}`;
    });
    throw new Error([...new Set(found.flat())].join("; "));
  }
  refuseTwins(value);
  return value;
}

function compiled(): ValidateFunction<readonly ToolSourceConfig[]> {
  return new Ajv2020({ allErrors: true, strict: false, discriminator: true }).compile<readonly ToolSourceConfig[]>(
    toolSourcesSchema,
  );
}

/** Names stand in ids and health checks, so each belongs to one source. */
function refuseTwins(sources: readonly ToolSourceConfig[]): void {
  const seen = new Set<string>();
  sources.forEach((source, index) => {
    const name =
      "name" in source && source.kind !== "http" ? source.name : source.kind === "builtin" ? "builtin" : undefined;
    if (name === undefined) return;
    if (seen.has(name)) throw new Error(`sources/${index}: another source is called "${name}" already`);
    seen.add(name);
  });
}
