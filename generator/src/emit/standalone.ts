import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { OutputFile } from "./file.js";

/** The kit's compiled files, to be copied beside the output so that it needs no package of ours. */
export function emitKit(): OutputFile[] {
  const root = dirname(fileURLToPath(import.meta.resolve("@agentwire/kit")));
  return filesBelow(root)
    .filter((path) => path.endsWith(".js") || path.endsWith(".d.ts"))
    .map((path) => ({ path: `kit/${relative(root, path).split(sep).join("/")}`, text: readFileSync(path, "utf8") }));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));
}
