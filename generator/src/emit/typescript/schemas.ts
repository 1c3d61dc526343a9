import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import type { Context } from "./context.js";

/** `schemas`: each type's name with loaders for its two validators. */
export function emitSchemas(context: Context, area: string): OutputFile[] {
  const { layout } = context;
  const file = layout.file(area, "schemas");
  const head = header(context.source(area));
  const schemas = context.typesOf(area).map(({ name, origin }) => ({
    name,
    strict: layout.specifier(file, layout.validator(area, "strict", name)),
    // A request is only ever judged by its producer and its server, both strict.
    tolerant: layout.specifier(file, layout.validator(area, origin === "request" ? "strict" : "tolerant", name)),
  }));
  const code = new Imports();
  const types = new Imports();
  if (schemas.length > 0) {
    code.value("lazySchema", layout.kit(file, "validation"));
    types.type("Schema", layout.kit(file, "validation"));
    types.typeNamespace("models", layout.specifier(file, layout.file(area, "models")));
  }
  return [
    { path: `${file}.js`, text: print("typescript/schemas.js", { header: head, imports: code.lines(), schemas }) },
    { path: `${file}.d.ts`, text: print("typescript/schemas.d.ts", { header: head, imports: types.lines(), schemas }) },
  ];
}
