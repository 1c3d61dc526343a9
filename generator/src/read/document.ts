import { readFileSync, statSync } from "node:fs";
import type { YAMLException } from "js-yaml";
import type { Diagnostics } from "../diagnostics/diagnostic.js";
import { yaml } from "./yaml.js";

/** A contract file that was read: its text and its value. Positions are worked out on demand. */
export interface SourceDocument {
  /** Absolute path; never printed. */
  readonly path: string;
  /** The path for people and for output: below the root, with forward slashes. */
  readonly name: string;
  readonly text: string;
  readonly value: unknown;
  /** The URI that the document was asked for by, where it stands for one; else it is its file's. */
  readonly uri?: string;
}

/** Nesting above this is refused, so that later passes may recurse into one document safely. */
const MAX_DEPTH = 500;
/** How many objects and lists YAML aliases may repeat, all in all. */
const MAX_REPEATED = 100_000;

export interface ReadLimits {
  /** Largest document, in bytes. */
  readonly maxBytes: number;
}

export const defaultLimits: ReadLimits = { maxBytes: 64 * 1024 * 1024 };

/** Reads one YAML or JSON file. On a problem it is reported and the result is undefined. */
export function readDocument(
  path: string,
  name: string,
  diagnostics: Diagnostics,
  limits: ReadLimits = defaultLimits,
): SourceDocument | undefined {
  const text = readText(path, name, diagnostics, limits);
  if (text === undefined) return undefined;
  const document = { path, name, text, value: undefined as unknown };
  try {
    document.value = parse(path, text);
  } catch (error) {
    const position = isYamlError(error) && error.mark ? markPosition(error.mark) : jsonPosition(error, text);
    const reason = isYamlError(error) ? error.reason : error instanceof Error ? error.message : String(error);
    if (reason.startsWith("nesting exceeded"))
      diagnostics.add("document-too-deep", `${name}: nested too deeply`, {
        place: { document, pointer: "" },
        position,
      });
    else
      diagnostics.add("syntax-error", `${name} cannot be parsed: ${reason}`, {
        place: { document, pointer: "" },
        position,
      });
    return undefined;
  }
  const problem = shapeProblem(document.value, path.endsWith(".json") ? "" : text);
  if (problem) {
    diagnostics.add(
      problem,
      `${name}: ${problem === "document-too-deep" ? "nested too deeply" : "uses too many YAML aliases"}`,
      {
        file: name,
      },
    );
    return undefined;
  }
  return document;
}

function readText(path: string, name: string, diagnostics: Diagnostics, { maxBytes }: ReadLimits): string | undefined {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) {
      diagnostics.add("file-not-found", `${name} is not a file`, { file: name });
      return undefined;
    }
    if (stat.size > maxBytes) {
      diagnostics.add("document-too-large", `${name} has ${stat.size} bytes; the limit is ${maxBytes}`, { file: name });
      return undefined;
    }
    // By way of the bytes: for long texts with few letters beyond ASCII this is faster than reading as text.
    return readFileSync(path)
      .toString()
      .replace(/^\uFEFF/, "");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown error";
    diagnostics.add("file-not-found", `${name} cannot be read (${reason})`, { file: name });
    return undefined;
  }
}

function parse(path: string, text: string): unknown {
  if (path.endsWith(".json")) {
    try {
      return JSON.parse(text);
    } catch (error) {
      // The YAML parser says line and column; its message is used when it also refuses the text.
      parseYaml(text);
      throw error;
    }
  }
  return parseYaml(text);
}

function parseYaml(text: string): unknown {
  return yaml().load(text, { maxDepth: MAX_DEPTH });
}

function isYamlError(error: unknown): error is YAMLException {
  return error instanceof yaml().YAMLException;
}

function markPosition({ line, column }: { line: number; column: number }) {
  return { line: line + 1, column: column + 1 };
}

function jsonPosition(error: unknown, text: string) {
  const match = /position (\d+)/.exec(error instanceof Error ? error.message : "");
  const before = text.slice(0, Number(match?.[1] ?? 0)).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Takes the new content of a document that was edited. All places in it stay places in it. */
export function replaceContent(document: SourceDocument, bytes: Buffer, value: unknown): void {
  // The text is only wanted when there is something to say about it.
  Object.defineProperty(document, "text", { get: () => bytes.toString(), configurable: true });
  Object.assign(document, { value });
}

/** Whether a value nests deeper than a document may. */
export function isTooDeep(value: unknown): boolean {
  return isDeeper(value, MAX_DEPTH);
}

/** A value met again came from a YAML alias; a text without a star has none. */
function shapeProblem(root: unknown, text: string): "document-too-deep" | "too-many-aliases" | undefined {
  if (/(?:^|[\s[{,:-])\*[^\s*]/.test(text) && repeatsTooMuch(root)) return "too-many-aliases";
  return isTooDeep(root) ? "document-too-deep" : undefined;
}

/** Whether aliases blow the document up: each look at a value that was seen before counts. */
function repeatsTooMuch(root: unknown): boolean {
  const seen = new Set<unknown>();
  const stack: unknown[] = [root];
  let repeated = 0;
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (seen.has(value) && ++repeated > MAX_REPEATED) return true;
    seen.add(value);
    for (const inner of Object.values(value)) if (typeof inner === "object" && inner !== null) stack.push(inner);
  }
  return false;
}

/** Recursion is bounded by the very limit that it checks. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeper(item, levels - 1));
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], levels - 1)) return true;
  return false;
}
