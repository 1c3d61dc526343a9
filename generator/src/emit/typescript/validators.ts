import type { Diagnostics } from "../../diagnostics/diagnostic.js";
import type { TypeModel } from "../../model/types.js";
import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import { CompileError, compileValidator, knownFormats, ownFunction } from "../validation/ajv.js";
import { type Mode, predicateOf } from "../validation/predicate.js";
import type { Context } from "./context.js";

/** The validator modules of one type: a strict one, and a tolerant one unless only producers use it. */
export function emitValidators(context: Context, type: TypeModel, diagnostics: Diagnostics): OutputFile[] {
  const modes: Mode[] = type.origin === "request" ? ["strict"] : ["strict", "tolerant"];
  const files: OutputFile[] = [];
  for (const mode of modes) {
    const modules = emitValidator(context, type, mode, diagnostics);
    // What cannot be compiled in one mode cannot in the other, and is said once.
    if (modules.length === 0) return [];
    files.push(...modules);
  }
  return files;
}

function emitValidator(context: Context, type: TypeModel, mode: Mode, diagnostics: Diagnostics): OutputFile[] {
  const { layout } = context;
  const file = layout.validator(type.area, mode, type.name);
  const predicate = predicateOf(type.schema, {
    mode,
    assertFormats: type.assertFormats,
    knownFormats,
    lookup: context.schema,
  });
  const localName = (id: string, strict: boolean) => {
    const other = strict && mode === "tolerant";
    return id === type.id && !other ? ownFunction : `${other ? "validateStrict" : "validate"}${context.type(id).name}`;
  };
  try {
    const { code, runtime, calls } = compileValidator(predicate, { localName, unevaluated: context.unevaluated });
    const imports = new Imports();
    for (const name of runtime) imports.value(name, layout.kit(file, "validation"));
    for (const { id, strict, local } of calls) {
      if (local === ownFunction) continue;
      const target = context.type(id);
      const home = layout.validator(target.area, strict ? "strict" : mode, target.name);
      imports.value(`validate as ${local}`, layout.specifier(file, home));
    }
    const types = new Imports();
    types.type("Validate", layout.kit(file, "validation"));
    types.type(type.name, layout.specifier(file, layout.file(type.area, "models")));
    const head = header(type.place.document.name);
    const doc = mode === "strict" ? strictDoc : tolerantDoc;
    return [
      { path: `${file}.js`, text: print("typescript/validator.js", { header: head, imports: imports.lines(), code }) },
      {
        path: `${file}.d.ts`,
        text: print("typescript/validator.d.ts", { header: head, imports: types.lines(), doc, name: type.name }),
      },
    ];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    diagnostics.add(
      /regular expression/i.test(error.message) ? "pattern-invalid" : "schema-invalid",
      `${type.name} cannot be compiled: ${error.message}`,
      {
        place: type.place,
      },
    );
    return [];
  }
}

const strictDoc =
  "/** For producers: members, enum values and variants that the contract does not name are refused. */\n";
const tolerantDoc = "/** For consumers: members, enum values and variants that the contract does not name pass. */\n";
