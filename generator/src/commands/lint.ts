import pc from "picocolors";
import { Diagnostics } from "../diagnostics/diagnostic.js";
import { checkDescriptions } from "../lint/descriptions.js";
import { checkKeys } from "../lint/keys.js";
import { checkPointers } from "../lint/pointers.js";
import { checkOpenApi, checkPaths, checkSchemas } from "../lint/structure.js";
import { buildModel } from "../model/build.js";
import { readProject } from "../read/read.js";
import { judge } from "../vectors/judge.js";
import { readVectors } from "../vectors/read.js";
import { readConfig, readOptions, type SpecOptions } from "./config.js";
import { defaultNames } from "./naming.js";
import { plural, report } from "./report.js";

export interface LintOptions extends SpecOptions {
  readonly json?: boolean;
}

/** `agentwire lint`: everything that is wrong with contracts and vectors, at once. Returns the exit code. */
export async function lint(options: LintOptions): Promise<number> {
  const diagnostics = new Diagnostics();
  const config = await readConfig();
  const project = readProject(readOptions(options, config), diagnostics);
  if (!project) return report(diagnostics, options);
  const model = buildModel(project, diagnostics, defaultNames(options, config, diagnostics));
  for (const document of project.loader.documents.values()) {
    if (!project.vectorFiles.includes(document)) checkKeys(document, diagnostics);
  }
  checkSchemas(project, model, diagnostics);
  for (const service of model.services) {
    checkPaths(service, diagnostics);
    checkPointers(service, model, diagnostics);
    // What does not resolve cannot be bundled, and has been reported.
    if (!diagnostics.hasErrors) await checkOpenApi(service, model, project, diagnostics);
  }
  checkDescriptions(model, diagnostics);
  const vectors = readVectors(project, model, diagnostics);
  if (!diagnostics.hasErrors) await judge(vectors, model, diagnostics);
  if (!options.json && diagnostics.list.length === 0) {
    const count = vectors.reduce((sum, file) => sum + file.vectors.length, 0);
    process.stdout.write(
      `${pc.green("clean")}: ${plural(model.services.length, "contract")}, ${plural(model.types.size, "type")}, ${plural(count, "vector")}\n`,
    );
  }
  return report(diagnostics, options, { contracts: model.services.length, types: model.types.size });
}
