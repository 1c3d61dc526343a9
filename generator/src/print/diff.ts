import pc from "picocolors";
import type { OutputFile } from "../emit/file.js";
import type { Plan } from "./write.js";

const MAX_FILES = 12;
const MAX_LINES = 3;
/** Characters; to look for differences in more takes longer than anyone waits. */
const MAX_TEXT = 4_000_000;

/** A plan in short: which files, and the first lines in which they differ. */
export function printPlan({ added, changed, removed }: Plan): string {
  const lines = [
    ...added.map(({ path }) => pc.green(`+ ${path}`)),
    ...removed.map((path) => pc.red(`- ${path}`)),
    ...changed.map(({ file, before }) =>
      [pc.yellow(`~ ${file.path}`), ...firstDifferences(ownText(before, file), ownText(file, before))].join("\n"),
    ),
  ];
  const shown = lines.slice(0, MAX_FILES);
  if (lines.length > shown.length) shown.push(pc.dim(`  and ${lines.length - shown.length} more`));
  return shown.join("\n");
}

/** One line that says what a plan does. */
export function summary({ added, changed, removed, unchanged }: Plan): string {
  const parts = [
    [added.length, "new"],
    [changed.length, "changed"],
    [removed.length, "removed"],
    [unchanged, "unchanged"],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(", ");
}

/** The text of a file without the pieces that another has too. */
function ownText(file: OutputFile, other: OutputFile): string {
  if (!file.pieces || !other.pieces) return file.text;
  const known = new Set(other.pieces);
  return file.pieces.flatMap((piece) => (known.has(piece) ? [] : [piece.text])).join("");
}

/** Lines only in one of the two, in order: enough to see what changed, without a full diff. */
function firstDifferences(before: string, after: string): string[] {
  if (before.length + after.length > MAX_TEXT) return [];
  const [old, now] = [before.split("\n"), after.split("\n")];
  const [had, has] = [new Set(old), new Set(now)];
  const gone = old.filter((line) => !has.has(line)).slice(0, MAX_LINES);
  const come = now.filter((line) => !had.has(line)).slice(0, MAX_LINES);
  return [
    ...gone.map((line) => pc.red(`    - ${line.trim()}`)),
    ...come.map((line) => pc.green(`    + ${line.trim()}`)),
  ];
}
