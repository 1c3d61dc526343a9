// Writes the expected output of every golden case anew: `node scripts/golden.mjs [case ...]`. Review the diff.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = `${root}test/golden`;
const asked = process.argv.slice(2);
const cases = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && (asked.length === 0 || asked.includes(entry.name)))
  .map(({ name }) => name)
  .sort();

for (const name of cases) {
  const out = `${folder}/${name}/expected`;
  rmSync(out, { recursive: true, force: true });
  const { status } = spawnSync(
    process.execPath,
    [
      `${root}generator/bin/agentwire.js`,
      "generate",
      "--spec",
      `${folder}/${name}/openapi.yaml`,
      "--out",
      out,
      "--names",
      "strict",
    ],
    { cwd: folder, stdio: ["ignore", "ignore", "inherit"] },
  );
  console.log(`${status === 0 ? "wrote" : "FAILED"} ${name}`);
  if (status !== 0) process.exitCode = 1;
}
