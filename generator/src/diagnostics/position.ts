import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import type { SourceDocument } from "../read/document.js";
import type { Place } from "./diagnostic.js";
import { jsonOffsets, type Wanted, wantedOf } from "./json-offsets.js";
import { Lines, type Position } from "./lines.js";

/**
 * Where places stand in the texts of their documents; a pointer that leads nowhere stands where the nearest value above
 * it does. A text is read again, with positions, only when something has to be said about it: the fast parsers used for
 * reading keep none. That is one pass for all places in it.
 */
export class Positions {
  private readonly known = new Map<SourceDocument, ReadonlyMap<string, Position>>();

  constructor(places: Iterable<Place>) {
    const pointers = new Map<SourceDocument, Set<string>>();
    for (const { document, pointer } of places) {
      const list = pointers.get(document);
      if (list) list.add(pointer);
      else pointers.set(document, new Set([pointer]));
    }
    for (const [document, wanted] of pointers) this.known.set(document, positionsOf(document, [...wanted]));
  }

  of({ document, pointer }: Place): Position {
    return this.known.get(document)?.get(pointer) ?? { line: 1, column: 1 };
  }
}

function positionsOf(document: SourceDocument, pointers: readonly string[]): Map<string, Position> {
  const wanted = pointers.flatMap(andAbove);
  const offsets = isJson(document) ? jsonOffsets(document.text, wanted) : yamlOffsets(document, wanted);
  const lines = new Lines(document.text);
  const positions = pointers.map((pointer): [string, Position] => {
    const nearest = andAbove(pointer).find((one) => offsets.has(one)) ?? "";
    return [pointer, lines.positionAt(offsets.get(nearest) ?? 0)];
  });
  return new Map(positions);
}

function isJson({ path, text }: SourceDocument): boolean {
  // Some name YAML `.json`; those were parsed as YAML too.
  return path.endsWith(".json") && /^\s*[[{"]/.test(text);
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

const parsed = new WeakMap<SourceDocument, Yaml.Document>();

/** Loaded where there is something to say about a YAML file, which is seldom. */
const yaml = () => createRequire(import.meta.url)("yaml") as typeof Yaml;

function treeOf(document: SourceDocument): Yaml.Document {
  let tree = parsed.get(document);
  if (!tree) {
    const options = { keepSourceTokens: false, uniqueKeys: false, logLevel: "silent" } as const;
    tree = yaml().parseDocument(document.text, options);
    parsed.set(document, tree);
  }
  return tree;
}

/** Where values stand in a YAML text, by their pointers, in one pass. What stands behind an alias is left out. */
function yamlOffsets(document: SourceDocument, pointers: readonly string[]): Map<string, number> {
  const { isMap, isNode, isScalar, isSeq } = yaml();
  const found = new Map<string, number>();
  const pending: { node: unknown; wanted: Wanted }[] = [
    { node: treeOf(document).contents, wanted: wantedOf(pointers) },
  ];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, wanted } = next;
    if (!isNode(node)) continue;
    if (wanted.pointer !== undefined && node.range) found.set(wanted.pointer, node.range[0]);
    if (isMap(node))
      for (const { key, value } of node.items) {
        const inner = wanted.steps.get(String(isScalar(key) ? key.value : key));
        if (inner) pending.push({ node: value, wanted: inner });
      }
    else if (isSeq(node))
      for (const [step, inner] of wanted.steps) pending.push({ node: node.items[Number(step)], wanted: inner });
  }
  return found;
}
