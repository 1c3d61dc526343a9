import { readFileSync, statSync } from "node:fs";

/** Far above what the tool itself writes. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The text of a file that the tool keeps beside its output; a link to a device or to something huge is not read.
 *
 * @throws Error where it is no such file
 */
export function readOwnText(path: string): string {
  const stat = statSync(path);
  if (!stat.isFile() || stat.size > MAX_BYTES) throw new Error(`${path} is not a file of ours`);
  return readFileSync(path, "utf8");
}
