// Compiles templates, kit, generator and services. Runs after `npm install`, and by hand with `npm run build`.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

// The generator's code refers to them.
await import("./templates.mjs");

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [tsc, "--build", "generator", "services"], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
