import { relative, sep } from "node:path";
import pc from "picocolors";
import { compare } from "../model/order.js";
import type { SourceDocument } from "../read/document.js";
import type { Diagnostic } from "./diagnostic.js";
import { Lines, type Position } from "./lines.js";
import { Positions } from "./position.js";

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

/** A diagnostic, and where people find it. */
export interface Located {
  readonly diagnostic: Diagnostic;
  readonly file?: string;
  readonly at?: Position;
  /** The line of the position. */
  readonly source?: string;
}

/**
 * Diagnostics in the order of the text, file by file, whatever order the contracts were understood in. A document is read
 * once for all that is said of it.
 */
export function locate(list: readonly Diagnostic[]): Located[] {
  const positions = new Positions(list.flatMap(({ place, position }) => (place && !position ? [place] : [])));
  const texts = new Map<SourceDocument, Lines>();
  const linesOf = (document: SourceDocument): Lines => {
    const lines = texts.get(document) ?? new Lines(document.text);
    texts.set(document, lines);
    return lines;
  };
  const located = list.map((diagnostic): Located => {
    const { place, position } = diagnostic;
    if (!place) return { diagnostic, ...named(diagnostic), ...(position ? { at: position } : {}) };
    const at = position ?? positions.of(place);
    const source = linesOf(place.document).line(at.line) ?? "";
    return { diagnostic, file: shownPath(place.document), at, source };
  });
  const line = ({ at }: Located) => at?.line ?? 0;
  const column = ({ at }: Located) => at?.column ?? 0;
  return located.sort((a, b) => compare(a.file ?? "", b.file ?? "") || line(a) - line(b) || column(a) - column(b));
}

function named({ file }: Diagnostic): { file?: string } {
  return file === undefined ? {} : { file };
}

/** The path as the user would type it here, where that is shorter than the path below the root. */
function shownPath({ path, name }: SourceDocument): string {
  const here = relative(process.cwd(), path).split(sep).join("/");
  return here.startsWith("..") ? name : here;
}

/** The diagnostic as plain data. */
export function plainDiagnostic({ diagnostic, file, at }: Located): PlainDiagnostic {
  const { code, severity, message, fix, place } = diagnostic;
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
export function printDiagnostic({ diagnostic, file, at, source = "" }: Located): string {
  const { code, severity, message, fix } = diagnostic;
  const paint = severity === "error" ? pc.red : pc.yellow;
  const head = `${paint(severity)} ${pc.dim(code)}  ${visible(message)}`;
  const location = file === undefined ? [] : [`  ${pc.cyan(visible(at ? `${file}:${at.line}:${at.column}` : file))}`];
  const excerpt = at ? excerptOf(source, at) : [];
  return [head, ...location, ...excerpt, `  ${pc.dim("fix:")} ${fix}`].join("\n");
}

/** The line of the position, cut to what fits, with a caret under the column. */
function excerptOf(source: string, { line, column }: Position): string[] {
  const start = Math.max(0, column - 60);
  const shown = visible(source.slice(start, start + 100).trimEnd());
  if (shown.trim() === "") return [];
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
