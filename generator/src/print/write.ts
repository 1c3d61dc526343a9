import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Diagnostics } from "../diagnostics/diagnostic.js";
import { type OutputFile, type Piece, piecesOf } from "../emit/file.js";
import { isBelow } from "../read/loader.js";
import { readOwnText } from "../read/text.js";
import { makeFolder } from "./folder.js";

/** Lists what the tool wrote, so that it removes only its own stale files and never touches another's. */
export const manifestName = ".agentwire.json";

export interface Change {
  readonly file: OutputFile;
  readonly before: OutputFile;
}

export interface Plan {
  readonly out: string;
  readonly added: readonly OutputFile[];
  readonly changed: readonly Change[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

/**
 * Compares the files with what is on disk. `partial`: the files are not everything, so nothing is stale.
 * A file in the way that the tool did not write is reported. `written`: what this process wrote there before.
 */
export function plan(
  out: string,
  files: readonly OutputFile[],
  diagnostics: Diagnostics,
  { partial = false, written = [] }: { partial?: boolean; written?: readonly OutputFile[] } = {},
): Plan {
  const known = new Set(readManifest(out));
  const last = new Map(written.map((file) => [file.path, file]));
  const paths = files.map(({ path }) => path);
  const listed = partial ? [...new Set([...known, ...paths])] : paths;
  const manifest = { path: manifestName, text: `${JSON.stringify({ files: listed.sort() }, null, 2)}\n` };
  const added: OutputFile[] = [];
  const changed: Change[] = [];
  let unchanged = 0;
  for (const file of [...files, manifest]) {
    const target = resolve(out, file.path);
    if (!isBelow(resolve(out), target)) throw new Error(`output path ${file.path} leaves the output folder`);
    const link = linkIn(out, file.path);
    if (link !== undefined) {
      diagnostics.add("output-foreign", `${link} is a link, through which nothing is written`, {
        file: join(out, link),
      });
      continue;
    }
    // What an earlier run of this process wrote need not be read again.
    const before = (existsSync(target) && last.get(file.path)) || fileAt(target, file.path);
    if (before === undefined && existsSync(target)) {
      diagnostics.add("output-foreign", `${file.path} is in the way, and it is no file`, {
        file: join(out, file.path),
      });
    } else if (before === undefined) added.push(file);
    else if (isSame(before, file)) unchanged++;
    else if (file.path !== manifestName && !known.has(file.path) && !isOurs(before.text)) {
      diagnostics.add("output-foreign", `${file.path} is in the way, and this tool did not write it`, {
        file: join(out, file.path),
      });
    } else changed.push({ file, before });
  }
  const wanted = new Set(paths);
  const removed = partial
    ? []
    : [...known].filter(
        (path) =>
          !wanted.has(path) &&
          isBelow(resolve(out), resolve(out, path)) &&
          linkIn(out, path) === undefined &&
          entryAt(join(out, path))?.isDirectory() === false,
      );
  return { out, added, changed, removed, unchanged };
}

/** Carries a plan out: everything is written beside its place first, then moved, so that nothing is left half-done. */
export function write({ out, added, changed, removed }: Plan, diagnostics: Diagnostics): boolean {
  const files = [...added, ...changed.map(({ file }) => file)];
  if (files.length === 0 && removed.length === 0) return true;
  const staging = join(out, `.agentwire-${process.pid}`);
  const existed = existsSync(out);
  try {
    if (existed) removeLeftovers(out);
    for (const [index, file] of files.entries()) {
      if (index === 0) {
        makeFolder(resolve(out));
        mkdirSync(staging);
      }
      writePieces(join(staging, String(index)), piecesOf(file));
    }
    for (const { path } of files) makeFolder(dirname(resolve(out, path)));
    for (const [index, { path }] of files.entries()) renameSync(join(staging, String(index)), join(out, path));
    for (const path of removed) removeFile(out, path);
    return true;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    diagnostics.add(
      "output-unwritable",
      `${out} cannot be written (${code ?? "error"}${path === undefined ? "" : ` at ${path}`})`,
      { file: out },
    );
    return false;
  } finally {
    try {
      rmSync(staging, { recursive: true, force: true });
      if (!existed && diagnostics.hasErrors) rmSync(out, { recursive: true, force: true });
    } catch {
      // The folder cannot be written at all, which has been said.
    }
  }
}

/** Staging folders of runs that were killed. */
function removeLeftovers(out: string): void {
  for (const name of readdirSync(out)) {
    const pid = /^\.agentwire-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(out, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function removeFile(out: string, path: string): void {
  rmSync(join(out, path), { force: true });
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    try {
      rmdirSync(join(out, folder));
    } catch {
      return;
    }
  }
}

/** The first folder on the way to a file that is a link: it may lead anywhere. */
function linkIn(out: string, path: string): string | undefined {
  const steps = path.split(/[\\/]/);
  return steps
    .slice(0, -1)
    .map((_, index) => steps.slice(0, index + 1).join("/"))
    .find((folder) => entryAt(join(out, folder))?.isSymbolicLink());
}

/** What stands at a path, links not followed; undefined where nothing does. */
function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function readManifest(out: string): string[] {
  try {
    const { files } = JSON.parse(readOwnText(join(out, manifestName))) as { files?: unknown };
    return Array.isArray(files) ? files.filter((path): path is string => typeof path === "string") : [];
  } catch {
    return [];
  }
}

function fileAt(target: string, path: string): OutputFile | undefined {
  try {
    return { path, text: readOwnText(target) };
  } catch {
    return undefined;
  }
}

/** Pieces of one run and the next are mostly the same objects; then no text is put together. */
function isSame(before: OutputFile, file: OutputFile): boolean {
  const [old, now] = [before.pieces, file.pieces];
  if (!old || !now || old.length !== now.length) return before.text === file.text;
  return now.every((piece, index) => piece === old[index] || piece.text === old[index]?.text);
}

function writePieces(path: string, pieces: readonly Piece[]): void {
  const descriptor = openSync(path, "w");
  try {
    for (const { bytes } of pieces) writeFileSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}

function isOurs(text: string): boolean {
  return text.slice(0, 200).includes("Generated by `agentwire generate`");
}
