import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { OutputFile } from "./file.js";

/** The kit's compiled files, to be copied beside the output so that it needs no package of ours. */
export function emitKit(): OutputFile[] {
  const root = dirname(fileURLToPath(import.meta.resolve("@agentwire/kit")));
  return filesBelow(root)
    .filter((path) => path.endsWith(".js") || path.endsWith(".d.ts"))
    .map((path) => ({ path: `kit/${posix(relative(root, path))}`, text: standingAlone(root, path) }));
}

/** Only a package can choose files by platform; the one for Node looks around, and is right everywhere. */
function standingAlone(root: string, path: string): string {
  const platform = posix(relative(dirname(path), join(root, "client/platform/node.js")));
  return readFileSync(path, "utf8").replaceAll('"#platform"', `"./${platform}"`);
}

function posix(path: string): string {
  return path.split(sep).join("/");
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));
}
