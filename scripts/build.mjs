// Compiles templates, kit, generator and services, and bundles the command. Runs after `npm install`, and by hand with `npm run build`.
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
if (status !== 0) process.exit(status ?? 1);
await import("./stale.mjs");
await import("./bundle.mjs");
