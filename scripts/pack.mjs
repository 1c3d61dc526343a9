// Packs every package, installs the tarballs in a scratch project, and runs test/smoke there: once on this Node, and
// once on each major given (`node scripts/pack.mjs 22 24`), whose binaries come from the npm registry.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = [
  "kit",
  "generator",
  "services",
  ...["models", "client", "server"].map((name) => `generated/typescript/${name}`),
];
const scratch = mkdtempSync(join(tmpdir(), "agentwire-pack-"));
const majors = process.argv.slice(2);

try {
  const tarballs = packages.map(pack);
  const binaries = Object.fromEntries(majors.map((major) => [`node${major}`, `npm:${binaryPackage()}@${major}`]));
  const dependencies = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]));
  const project = join(scratch, "project");
  mkdirSync(project);
  const manifest = { name: "scratch", private: true, type: "module", dependencies: { ...dependencies, ...binaries } };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest, null, 2));
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], project);
  for (const file of readdirSync(join(root, "test/smoke")))
    copyFileSync(join(root, "test/smoke", file), join(project, file));
  const nodes = [
    process.execPath,
    ...majors.map((major) => join(project, "node_modules", `node${major}`, "bin", "node")),
  ];
  for (const node of nodes) run(node, ["smoke.mjs"], project);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function pack(folder) {
  const target = join(scratch, "tarballs");
  mkdirSync(target, { recursive: true });
  const { stdout } = run(
    "npm",
    ["pack", "--json", "--loglevel=error", "--pack-destination", target],
    join(root, folder),
    "pipe",
  );
  const [report] = Object.values(JSON.parse(stdout.slice(stdout.search(/[[{]/))));
  console.log(`packed ${report.name}: ${report.files.length} files, ${Math.round(report.size / 1024)} kB`);
  return { name: report.name, file: join(target, report.filename) };
}

function binaryPackage() {
  return `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
}

function run(command, args, cwd, stdout = "inherit") {
  const result = spawnSync(command, args, { cwd, stdio: ["ignore", stdout, "inherit"], encoding: "utf8" });
  if (result.status !== 0) {
    console.error(`${command} ${args.join(" ")} failed with ${result.status ?? result.error?.message}`);
    rmSync(scratch, { recursive: true, force: true });
    process.exit(1);
  }
  return result;
}
