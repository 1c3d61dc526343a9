import pc from "picocolors";
import { Diagnostics } from "../diagnostics/diagnostic.js";
import { buildModel } from "../model/build.js";
import { readProject } from "../read/read.js";
import { coverage } from "../vectors/coverage.js";
import { judge } from "../vectors/judge.js";
import { readVectors } from "../vectors/read.js";
import { readConfig, readOptions, type SpecOptions } from "./config.js";
import { defaultNames } from "./naming.js";
import { exitCodes, plural, report } from "./report.js";

export interface VectorsOptions extends SpecOptions {
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `agentwire vectors`: judges every vector, and lists what none of them touches. Returns the exit code. */
export async function vectors(options: VectorsOptions): Promise<number> {
  const diagnostics = new Diagnostics();
  const config = await readConfig();
  const project = readProject(readOptions(options, config), diagnostics);
  const model = project && buildModel(project, diagnostics, defaultNames(options, config, diagnostics));
  if (!project || !model || diagnostics.hasErrors) return report(diagnostics, options);
  const files = readVectors(project, model, diagnostics);
  const verdicts = await judge(files, model, diagnostics);
  const { touched, total } = coverage(model, verdicts, diagnostics);
  const passed = verdicts.filter(({ agrees }) => agrees).length;
  const counts = { schemas: files.length, vectors: verdicts.length, passed, touched, total };
  if (!options.json) {
    const mark = passed === verdicts.length ? pc.green("pass") : pc.red("fail");
    process.stdout.write(
      `${mark}: ${passed} of ${plural(verdicts.length, "vector")} of ${plural(files.length, "schema")}; ` +
        `they touch ${touched} of ${total} members, values and constraints\n`,
    );
  }
  const code = report(diagnostics, options, counts);
  return options.strict && diagnostics.list.length > 0 ? exitCodes.problems : code;
}
