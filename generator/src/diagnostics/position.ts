import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import type { SourceDocument } from "../read/document.js";
import { pointerParts } from "../read/pointer.js";
import { jsonOffsets } from "./json-offsets.js";

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where a JSON pointer stands in a document's text. A pointer that leads nowhere gives the nearest value above it. */
export function positionOf(document: SourceDocument, pointer: string): Position {
  return positionsOf(document, [pointer]).get(pointer) ?? { line: 1, column: 1 };
}

/**
 * Where JSON pointers stand in a document's text. The text is read again, with positions, only when something has to be
 * said about it: the fast parsers used for reading keep none.
 */
export function positionsOf(document: SourceDocument, pointers: readonly string[]): Map<string, Position> {
  return isJson(document) ? jsonPositions(document, pointers) : yamlPositions(document, pointers);
}

function isJson({ path, text }: SourceDocument): boolean {
  // Some name YAML `.json`; those were parsed as YAML too.
  return path.endsWith(".json") && /^\s*[[{"]/.test(text);
}

function jsonPositions({ text }: SourceDocument, pointers: readonly string[]): Map<string, Position> {
  const wanted = new Set(pointers.flatMap(andAbove));
  const offsets = jsonOffsets(text, wanted);
  const starts = lineStarts(text);
  const positions = pointers.map((pointer): [string, Position] => {
    const nearest = andAbove(pointer).find((one) => offsets.has(one)) ?? "";
    return [pointer, positionAt(starts, offsets.get(nearest) ?? 0)];
  });
  return new Map(positions);
}

/** A pointer, and the pointers to the values around it, nearest first. */
function andAbove(pointer: string): string[] {
  const all = [pointer];
  for (let at = pointer; at !== ""; ) {
    at = at.slice(0, at.lastIndexOf("/"));
    all.push(at);
  }
  return all;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function positionAt(starts: readonly number[], offset: number): Position {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

const parsed = new WeakMap<SourceDocument, ReturnType<typeof parseWithPositions>>();

/** Loaded where there is something to say about a YAML file, which is seldom. */
const yaml = () => createRequire(import.meta.url)("yaml") as typeof Yaml;

function parseWithPositions(text: string) {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  return {
    lines,
    tree: parseDocument(text, { lineCounter: lines, keepSourceTokens: false, uniqueKeys: false, logLevel: "silent" }),
  };
}

function yamlPositions(document: SourceDocument, pointers: readonly string[]): Map<string, Position> {
  let source = parsed.get(document);
  if (!source) {
    source = parseWithPositions(document.text);
    parsed.set(document, source);
  }
  const { tree, lines } = source;
  const positions = pointers.map((pointer): [string, Position] => {
    const parts = pointerParts(pointer);
    for (let length = parts.length; length >= 0; length--) {
      const node = tree.getIn(parts.slice(0, length), true);
      const range = yaml().isNode(node) ? node.range : undefined;
      if (!range) continue;
      const { line, col } = lines.linePos(range[0]);
      return [pointer, { line: Math.max(line, 1), column: Math.max(col, 1) }];
    }
    return [pointer, { line: 1, column: 1 }];
  });
  return new Map(positions);
}
