import { relative } from "node:path";
import ts from "typescript";

/** The strictest settings that users may have; declaration files are checked too. */
export const strictest: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  types: ["node"],
};

/** What the compiler has to say about files on disk, a line each: `file:line message`. */
export function typeProblems(files: readonly string[], options: ts.CompilerOptions = {}): string[] {
  const program = ts.createProgram([...files], { ...strictest, ...options });
  return ts.getPreEmitDiagnostics(program).map(lineOf);
}

/** The same for files that exist only here. Imports of others resolve as usual. */
export function typeProblemsOf(sources: Readonly<Record<string, string>>, options: ts.CompilerOptions = {}): string[] {
  const settings = { ...strictest, ...options };
  const host = ts.createCompilerHost(settings);
  const { fileExists, readFile, getSourceFile } = host;
  const own = new Map(Object.entries(sources));
  host.fileExists = (path) => own.has(path) || fileExists(path);
  host.readFile = (path) => own.get(path) ?? readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = own.get(path);
    return text === undefined
      ? getSourceFile(path, language, ...rest)
      : ts.createSourceFile(path, text, language, true);
  };
  return ts.getPreEmitDiagnostics(ts.createProgram([...own.keys()], settings, host)).map(lineOf);
}

/** What the parser alone has to say about a text; `name` tells declarations and JavaScript apart. */
export function syntaxProblems(name: string, text: string): string[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  // The compiler keeps these to itself; a whole program for every file would take minutes.
  return (source as unknown as { parseDiagnostics: readonly ts.Diagnostic[] }).parseDiagnostics.map(lineOf);
}

function lineOf({ file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, " ");
  if (!file || start === undefined) return message;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${relative(process.cwd(), file.fileName)}:${line + 1} ${message}`;
}
