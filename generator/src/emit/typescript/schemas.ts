import { guardName } from "../../names/names.js";
import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import type { Context } from "./context.js";

/** `schemas`: each type's name, and how to get its validator. */
export function emitSchemas(context: Context, area: string): OutputFile[] {
  const { layout } = context;
  const file = layout.file(area, "schemas");
  const head = header(context.source(area));
  const schemas = context.typesOf(area).map(({ name }) => ({ name, guard: guardName(name) }));
  const validators = layout.specifier(file, layout.file(area, "validators"));
  const code = new Imports();
  const types = new Imports();
  if (schemas.length > 0) {
    code.value("lazySchema", layout.kit(file, "validation"));
    types.type("Schema", layout.kit(file, "validation"));
    types.typeNamespace("models", layout.specifier(file, layout.file(area, "models")));
  }
  return [
    {
      path: `${file}.js`,
      text: print("typescript/schemas.js", { header: head, imports: code.lines(), validators, schemas }),
    },
    { path: `${file}.d.ts`, text: print("typescript/schemas.d.ts", { header: head, imports: types.lines(), schemas }) },
  ];
}
