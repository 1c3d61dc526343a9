import { relative, sep } from "node:path";
import pc from "picocolors";
import type { SourceDocument } from "../read/document.js";
import type { Diagnostic } from "./diagnostic.js";
import { type Position, positionOf } from "./position.js";

/** A diagnostic as `--json` prints it. */
export interface PlainDiagnostic {
  code: string;
  severity: string;
  message: string;
  fix: string;
  file?: string;
  line?: number;
  column?: number;
  pointer?: string;
}

function where({ place, position, file }: Diagnostic): { file?: string; at?: Position } {
  if (!place) return { ...(file === undefined ? {} : { file }), ...(position ? { at: position } : {}) };
  return { file: shownPath(place.document), at: position ?? positionOf(place.document, place.pointer) };
}

/** The path as the user would type it here, where that is shorter than the path below the root. */
function shownPath({ path, name }: SourceDocument): string {
  const here = relative(process.cwd(), path).split(sep).join("/");
  return here.startsWith("..") ? name : here;
}

/** The diagnostic as plain data, positions worked out. */
export function plainDiagnostic(diagnostic: Diagnostic): PlainDiagnostic {
  const { code, severity, message, fix, place } = diagnostic;
  const { file, at } = where(diagnostic);
  return {
    code,
    severity,
    message,
    fix,
    ...(file === undefined ? {} : { file }),
    ...(at ? { line: at.line, column: at.column } : {}),
    ...(place ? { pointer: place.pointer } : {}),
  };
}

/** The diagnostic for people: what, where (`file:line:column` and the line itself), and what to do. */
export function printDiagnostic(diagnostic: Diagnostic): string {
  const { code, severity, message, fix, place } = diagnostic;
  const { file, at } = where(diagnostic);
  const paint = severity === "error" ? pc.red : pc.yellow;
  const head = `${paint(severity)} ${pc.dim(code)}  ${visible(message)}`;
  const location = file === undefined ? [] : [`  ${pc.cyan(visible(at ? `${file}:${at.line}:${at.column}` : file))}`];
  const excerpt = place && at ? excerptOf(place.document.text, at) : [];
  return [head, ...location, ...excerpt, `  ${pc.dim("fix:")} ${fix}`].join("\n");
}

/** The line of the position, cut to what fits, with a caret under the column. */
function excerptOf(text: string, { line, column }: Position): string[] {
  const source = text.split("\n", line).at(-1);
  if (source === undefined || source.trim() === "") return [];
  const start = Math.max(0, column - 60);
  const shown = visible(source.slice(start, start + 100).trimEnd());
  const gutter = `${line}`;
  return [
    pc.dim(`  ${gutter} | `) + shown,
    pc.dim(`  ${" ".repeat(gutter.length)} | `) + " ".repeat(column - 1 - start) + pc.red("^"),
  ];
}

/** Control characters and direction overrides from a contract must not reach the terminal. */
export function visible(text: string): string {
  return text.replace(
    /[^\P{Cc}\t\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
