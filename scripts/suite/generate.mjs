// A schema of the suite to generated code, by the functions that `agentwire generate --spec FILE --map … ` calls.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Diagnostics } from "../../generator/dist/diagnostics/diagnostic.js";
import { emit } from "../../generator/dist/emit/emit.js";
import { folderLayout } from "../../generator/dist/emit/layout.js";
import { buildModel } from "../../generator/dist/model/build.js";
import { guardName } from "../../generator/dist/names/names.js";
import { readProject } from "../../generator/dist/read/read.js";
import { remotes } from "./cases.mjs";

/** What `--names lock` means in an empty folder, as the default for a single file is. */
const names = { clashes: "qualify", locked: new Map() };
/** Formats are annotations in the suite, as 2020-12 has it: `--no-assert-formats`. */
const options = { assertFormats: false, names: { types: names, methods: names } };
const mappings = [{ prefix: "http://localhost:1234/", folder: remotes }];

/**
 * Generates the code of one schema in a folder of its own.
 * Gives the module and the name of its validator, or `problem`: why there is none.
 */
export async function generateCase(schema, folder) {
  const spec = join(folder, "case.schema.json");
  write(spec, JSON.stringify(schema));
  const diagnostics = new Diagnostics();
  try {
    const project = readProject({ spec, mappings }, diagnostics);
    const model = project && buildModel(project, diagnostics, options);
    if (!model || diagnostics.hasErrors) return { problem: problemsOf(diagnostics) };
    const layout = folderLayout({ standalone: false });
    const files = await emit(model, project.loader, diagnostics, { layout });
    if (diagnostics.hasErrors) return { problem: problemsOf(diagnostics) };
    for (const { path, text } of files) write(join(folder, path), text);
    const { area, name } = [...model.types.values()].find(
      ({ place }) => place.document.path === spec && place.pointer === "",
    );
    return { module: join(folder, `${layout.file(area, "validators")}.js`), guard: guardName(name) };
  } catch (error) {
    return { problem: `the generator threw: ${error.message}` };
  }
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function problemsOf({ list }) {
  const errors = list.filter(({ severity }) => severity === "error");
  return errors.map(({ code, message }) => `${code}: ${message}`).join("; ");
}
