import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import type { Context } from "./context.js";

/** `index` of an area: what people import. Client and server stay apart in packages, and join in one folder. */
export function emitIndex(context: Context, area: string, options: { readonly withSides: boolean }): OutputFile[] {
  const { layout, artefacts } = context;
  const file = layout.file(area, "index");
  const from = (artefact: "models" | "schemas" | "operations" | "client" | "server") =>
    layout.specifier(file, layout.file(area, artefact));
  const isService = context.serviceOf(area) !== undefined;
  const sides = (["client", "server"] as const)
    .filter((side) => isService && options.withSides && artefacts.has(side))
    .map((side) => `export * from "${from(side)}";`);
  const lines = [
    `export * from "${from("models")}";`,
    ...(artefacts.has("validators") ? [`export * as schemas from "${from("schemas")}";`] : []),
    ...(isService && context.hasOperations ? [`export { service } from "${from("operations")}";`] : []),
    ...sides,
  ];
  const head = header(context.source(area));
  const paths = layout.specifier(file, layout.file(area, "paths"));
  const types = isService && artefacts.has("paths") ? [...lines, `export type { paths } from "${paths}";`] : lines;
  return [
    { path: `${file}.js`, text: print("typescript/index.js", { header: head, lines }) },
    { path: `${file}.d.ts`, text: print("typescript/index.js", { header: head, lines: types }) },
  ];
}
