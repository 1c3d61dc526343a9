import { Diagnostics, type Place } from "../diagnostics/diagnostic.js";
import { Positions } from "../diagnostics/position.js";
import { visible } from "../diagnostics/print.js";
import { buildModel } from "../model/build.js";
import { readProject } from "../read/read.js";
import { readConfig, readOptions, type SpecOptions } from "./config.js";
import { defaultNames } from "./naming.js";
import { exitCodes, report } from "./report.js";

export interface ModelOptions extends SpecOptions {
  readonly json?: boolean;
}

/** `agentwire model`: what the generator understood, in short or as JSON. Returns the exit code. */
export async function model(options: ModelOptions): Promise<number> {
  const diagnostics = new Diagnostics();
  const config = await readConfig();
  const project = readProject(readOptions(options, config), diagnostics);
  const built = project && buildModel(project, diagnostics, defaultNames(options, config, diagnostics));
  if (!built || diagnostics.hasErrors) return report(diagnostics, options);
  if (options.json) {
    const value = { services: built.services, types: [...built.types.values()] };
    process.stdout.write(`${visible(printed(value))}\n`);
    return exitCodes.ok;
  }
  for (const service of built.services) {
    process.stdout.write(`${visible(`${service.name} ${service.version}  ${service.place.document.name}`)}\n`);
    for (const { name, method, path, optional } of service.operations) {
      process.stdout.write(
        `  ${name.padEnd(26)} ${method.padEnd(6)} ${visible(path)}${optional ? "  (optional)" : ""}\n`,
      );
    }
    for (const { name, path } of service.channels)
      process.stdout.write(`  ${name.padEnd(26)} WS     ${visible(path)}\n`);
  }
  process.stdout.write(`${built.types.size} types\n`);
  return report(diagnostics, options);
}

/** Places print as `file:line:column` and pointer; documents would print whole. */
function printed(value: object): string {
  const places: Place[] = [];
  JSON.stringify(value, (key, inner: unknown) => {
    if (key !== "place") return inner;
    places.push(inner as Place);
    return undefined;
  });
  const positions = new Positions(places);
  const plainPlace = (key: string, inner: unknown) => {
    if (key !== "place") return inner;
    const { document, pointer } = inner as Place;
    const { line, column } = positions.of(inner as Place);
    return { file: document.name, line, column, pointer };
  };
  return JSON.stringify(value, plainPlace, 2);
}
