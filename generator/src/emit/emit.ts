import type { Diagnostics } from "../diagnostics/diagnostic.js";
import type { Model } from "../model/types.js";
import type { Loader } from "../read/loader.js";
import { type Artefacts, defaultArtefacts } from "./artefacts.js";
import type { OutputFile } from "./file.js";
import { Fragments } from "./fragments.js";
import type { Layout } from "./layout.js";
import { emitKit } from "./standalone.js";
import { emitCalls } from "./typescript/calls.js";
import { emitClient } from "./typescript/client.js";
import { Context } from "./typescript/context.js";
import { emitIndex } from "./typescript/index-files.js";
import { emitModels } from "./typescript/models.js";
import { emitOperations } from "./typescript/operations.js";
import { emitPackages, type PackagesOptions } from "./typescript/packages.js";
import { emitSchemas } from "./typescript/schemas.js";
import { emitServer } from "./typescript/server.js";
import type { SharedSchemas } from "./typescript/shared-schemas.js";
import { ValidatorFiles } from "./typescript/validators.js";

export interface EmitOptions {
  readonly layout: Layout;
  /** Default: all but `paths`. */
  readonly artefacts?: Artefacts;
  /** Set for npm packages; otherwise one folder. */
  readonly packages?: PackagesOptions;
  readonly standalone?: boolean;
  /** What is kept from one run to the next. */
  readonly kept?: Kept;
  /** Told of progress: how many of how many steps are done. */
  readonly progress?: (done: number, total: number, what: string) => void;
}

/** What one run leaves for the next: pieces of output, and which schemas say the same. */
export interface Kept {
  readonly fragments: Fragments;
  readonly shared: Map<string, SharedSchemas>;
}

/** From the model to the files, in memory. Nothing is written here. */
export async function emit(
  model: Model,
  loader: Loader,
  diagnostics: Diagnostics,
  options: EmitOptions,
): Promise<OutputFile[]> {
  const { artefacts = defaultArtefacts } = options;
  const { fragments, shared } = options.kept ?? { fragments: new Fragments(), shared: new Map() };
  const context = new Context(model, options.layout, artefacts, fragments, shared);
  const once = (what: string, of: string, make: () => OutputFile[]) => fragments.get(what, of, make);
  const areas = [...new Set([...model.types.values(), ...model.services].map(({ area }) => area))].sort();
  const judged = artefacts.has("validators") ? areas : [];
  const blocks = judged.flatMap((area) => context.blocksOf(area).map((block) => ({ area, block })));
  const total = areas.length + model.services.length * 4 + blocks.length;
  let done = 0;
  const step = (what: string) => options.progress?.(++done, total, what);

  const files: OutputFile[] = [];
  for (const area of areas) {
    files.push(...emitModels(context, area));
    if (artefacts.has("validators")) files.push(...once("schemas", area, () => emitSchemas(context, area)));
    files.push(...emitIndex(context, area, { withSides: options.packages === undefined }));
    step(`models of ${area}`);
  }
  const validators = new ValidatorFiles(context);
  for (const { area, block } of blocks) {
    validators.add(area, block);
    step(`validators of ${area}`);
    // Lets the progress bar be drawn, and Ctrl-C be heard.
    if (options.progress) await new Promise((resume) => setImmediate(resume));
  }
  if (artefacts.has("validators")) files.push(...validators.files());
  for (const service of model.services) {
    const { name } = service;
    if (context.hasOperations) files.push(...once("operations", name, () => emitOperations(context, service)));
    step(`operations of ${name}`);
    if (artefacts.has("client"))
      files.push(...once("client", name, () => [...emitClient(context, service), ...emitCalls(context, service)]));
    step(`client of ${name}`);
    if (artefacts.has("server")) files.push(...once("server", name, () => emitServer(context, service)));
    step(`server of ${name}`);
    if (artefacts.has("paths")) {
      // Loads openapi-typescript, and TypeScript with it, only where it is asked for.
      const { emitPaths } = await import("./typescript/paths.js");
      files.push(await emitPaths(context, service, loader, diagnostics));
    }
    step(`paths of ${service.name}`);
  }
  if (options.packages) files.push(...emitPackages(context, areas, options.packages));
  // The output is made of ES modules, whatever the package around it says.
  else
    files.push({
      path: "package.json",
      text: `${JSON.stringify({ private: true, type: "module", sideEffects: false }, null, 2)}\n`,
    });
  if (options.standalone) files.push(...emitKit());
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
