import type { ServiceModel } from "../../model/types.js";
import { Code, printValue } from "../../print/code.js";
import { docLines } from "../../print/escape.js";
import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import type { Context } from "./context.js";
import { Rows } from "./rows.js";

/** `operations`: the table that client and server of a service read, a row an operation. */
export function emitOperations(context: Context, service: ServiceModel): OutputFile[] {
  const { layout } = context;
  const file = layout.file(service.area, "operations");
  const head = header(context.source(service.area));
  const code = new Imports();
  const rows = new Rows((id) => {
    if (id === undefined || !context.artefacts.has("validators")) return undefined;
    const { name, area } = context.type(id);
    return new Code(code.value(name, layout.specifier(file, layout.file(area, "schemas"))));
  });
  const table = printValue(rows.service(service));
  const types = new Imports();
  types.type("ServiceDescription", layout.kit(file, ""));
  const title = docLines(service.title).join(" ");
  return [
    { path: `${file}.js`, text: print("typescript/operations.js", { header: head, imports: code.lines(), table }) },
    {
      path: `${file}.d.ts`,
      text: print("typescript/operations.d.ts", { header: head, imports: types.lines(), title }),
    },
  ];
}
