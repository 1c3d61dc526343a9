import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("..", import.meta.url));
/** What has been asked for so far, so that one bench's packages do not push out another's. */
const stamp = join(bench, "node_modules", ".agentwire-bench.json");

/**
 * Installs what a bench needs (`needs.json`: versions by package) into bench/node_modules, unless it is there.
 * `{platform}` stands for this machine in a version, as in `npm:node-{platform}@22.23.3`.
 */
export function install(name, log) {
  const file = join(bench, name, "needs.json");
  const needs = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const there = existsSync(stamp) ? JSON.parse(readFileSync(stamp, "utf8")) : {};
  if (Object.entries(needs).every(([one, version]) => there[one] === version)) return;
  const wanted = { ...there, ...needs };
  const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const packages = Object.entries(wanted).map(([one, version]) => `${one}@${version.replace("{platform}", platform)}`);
  log(`installing ${packages.join(" ")}`);
  const options = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync("npm", ["install", ...options, ...packages], {
    cwd: bench,
    // Standard output is for the bench's figures.
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`the packages of ${name} could not be installed: ${error?.message ?? "see above"}`);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, `${JSON.stringify(wanted, null, 2)}\n`);
}
