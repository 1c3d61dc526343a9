// Puts the command's own modules together in few files, which load in half the time. Libraries stay packages of their own.
import { rmSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const dist = fileURLToPath(new URL("../generator/dist/", import.meta.url));
const folder = `${dist}bundle`;

rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  input: `${dist}cli.js`,
  platform: "node",
  external: (id) => !/^[.#]/.test(id) && !isAbsolute(id),
});
// Commands stay chunks of their own, to be loaded when they run.
await bundle.write({ dir: folder, chunkFileNames: "[name].js" });
await bundle.close();
