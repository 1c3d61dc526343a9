// Removes compiled files whose sources are gone: the compiler leaves them where they are, and they would be shipped.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** What other steps of the build put beside the compiled files. */
const made = /^(templates\.|bundle[\\/])/;

for (const folder of ["kit", "generator", "services"]) {
  const path = (name) => fileURLToPath(new URL(`../${folder}/${name}`, import.meta.url));
  for (const entry of readdirSync(path("dist"), { withFileTypes: true, recursive: true })) {
    const file = relative(path("dist"), join(entry.parentPath ?? entry.path, entry.name));
    const source = file.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
    if (entry.isFile() && source !== file && !made.test(file) && !existsSync(join(path("src"), source)))
      rmSync(join(path("dist"), file));
  }
}
