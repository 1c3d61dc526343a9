// Compiles the output of several contracts at once, declarations too. Answers with the errors, a line each.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const options = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  types: ["node"],
};

process.once("message", ({ batch }) => {
  const files = batch.flatMap(({ out }) =>
    readdirSync(out)
      .filter((name) => name.endsWith(".d.ts"))
      .map((name) => join(out, name)),
  );
  const names = new Map(batch.map(({ out, name }) => [out, name]));
  const errors = ts.getPreEmitDiagnostics(ts.createProgram(files, options)).map(({ file, messageText }) => {
    const [name = "?"] = [...names].filter(([out]) => file?.fileName.startsWith(`${out}/`)).map(([, name]) => name);
    return `${name}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  process.send(errors, () => process.exit());
});
