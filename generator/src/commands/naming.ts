import { statSync } from "node:fs";
import type { Diagnostics } from "../diagnostics/diagnostic.js";
import type { BuildOptions } from "../model/build.js";
import { noNames, readLock } from "../names/lock.js";
import { readOptions, type SpecOptions, UsageError } from "./config.js";
import type { Config } from "./config-type.js";

/** What becomes of names that clash: `lock` makes them longer and keeps them, to `strict` they are an error. */
export type Naming = "lock" | "strict";

/** In contracts of one's own, a clash of names is to be mended; one file is often somebody else's. */
export function namingOf(given: string | undefined, spec: string): Naming {
  if (given === undefined) return statSync(spec, { throwIfNoEntry: false })?.isFile() ? "lock" : "strict";
  if (given !== "lock" && given !== "strict") throw new UsageError("--names takes lock or strict");
  return given;
}

/** How a model names its types and methods; `out` is where the names of earlier runs are kept. */
export function namesFor(
  naming: Naming,
  out: string | undefined,
  diagnostics: Diagnostics,
): Pick<BuildOptions, "names"> {
  if (naming === "strict") return {};
  const { types, methods } = out === undefined ? noNames : readLock(out, diagnostics);
  return {
    names: { types: { clashes: "qualify", locked: types }, methods: { clashes: "qualify", locked: methods } },
  };
}

/** The names that `generate` gives without further flags, for commands that write nothing. */
export function defaultNames(options: SpecOptions, config: Config, diagnostics: Diagnostics) {
  const { spec } = readOptions(options, config);
  const own = options.spec !== undefined && options.spec !== config.spec;
  return namesFor(namingOf(own ? undefined : config.names, spec), own ? undefined : config.out, diagnostics);
}
