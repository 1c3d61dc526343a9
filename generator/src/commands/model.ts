import { Diagnostics, type Place } from "../diagnostics/diagnostic.js";
import { Positions } from "../diagnostics/position.js";
import { visible } from "../diagnostics/print.js";
import { buildModel } from "../model/build.js";
import { isObject } from "../read/json.js";
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
    const documents = new Set([...project.loader.documents.values()]);
    process.stdout.write(`${visible(printed(value, documents))}\n`);
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
function printed(value: object, documents: ReadonlySet<unknown>): string {
  // A contract may have members called so too.
  const isPlace = (key: string, inner: unknown): inner is Place =>
    key === "place" && isObject(inner) && documents.has(inner.document);
  const places: Place[] = [];
  JSON.stringify(value, (key, inner: unknown) => {
    if (!isPlace(key, inner)) return inner;
    places.push(inner);
    return undefined;
  });
  const positions = new Positions(places);
  const plainPlace = (key: string, inner: unknown) => {
    if (!isPlace(key, inner)) return inner;
    const { document, pointer } = inner;
    const { line, column } = positions.of(inner);
    return { file: document.name, line, column, pointer };
  };
  return JSON.stringify(value, plainPlace, 2);
}
