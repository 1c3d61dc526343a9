import { isNode, LineCounter, parseDocument } from "yaml";
import type { SourceDocument } from "../read/document.js";
import { pointerParts } from "../read/pointer.js";

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const parsed = new WeakMap<SourceDocument, ReturnType<typeof parseWithPositions>>();

function parseWithPositions(text: string) {
  const lines = new LineCounter();
  return {
    lines,
    tree: parseDocument(text, { lineCounter: lines, keepSourceTokens: false, uniqueKeys: false, logLevel: "silent" }),
  };
}

/**
 * Where a JSON pointer stands in a document's text. The document is parsed again, with positions, only
 * when something has to be said about it: the fast parser used for reading keeps none. A pointer that leads
 * nowhere gives the nearest value above it.
 */
export function positionOf(document: SourceDocument, pointer: string): Position {
  let source = parsed.get(document);
  if (!source) {
    source = parseWithPositions(document.text);
    parsed.set(document, source);
  }
  const parts = pointerParts(pointer);
  for (let length = parts.length; length >= 0; length--) {
    const node = source.tree.getIn(parts.slice(0, length), true);
    const range = isNode(node) ? node.range : undefined;
    if (!range) continue;
    const { line, col } = source.lines.linePos(range[0]);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
  return { line: 1, column: 1 };
}
