// Makes a clone ready to run: installs what is missing and builds what has changed. Says one line for each thing
// it does, and nothing when there is nothing to do. Needs nothing but Node, since it runs before anything is there.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MIN_NODE = [20, 19];
/** How much of npm's complaint is shown; the reason comes first, its manual after it. */
const NPM_LINES = 15;
const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
/** Holds a hash of what was installed from. */
const installStamp = join(modules, ".agentwire-setup");
/** Holds the time of the last build. */
const buildStamp = join(modules, ".agentwire-build");

checkNode();
if (!isInstalled()) install();
if (!isBuilt()) build();

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  fail(
    `Agentwire needs Node ${MIN_NODE.join(".")} or newer; this is ${process.versions.node}. See https://nodejs.org.`,
  );
}

/** The root and every workspace: its folder and its package.json. */
function manifests() {
  const top = readJson(join(root, "package.json"));
  const folders = top.workspaces.filter((folder) => existsSync(join(root, folder, "package.json")));
  return [["", top], ...folders.map((folder) => [folder, readJson(join(root, folder, "package.json"))])];
}

function fingerprint() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  for (const [folder, manifest] of manifests()) hash.update(`\0${folder}\0${wantedBy(manifest)}`);
  return hash.digest("hex");
}

/** What a manifest, or its entry in the lock file, asks for; nothing else in it decides what is installed. */
function wantedBy({ dependencies, devDependencies, optionalDependencies }) {
  const lists = [dependencies, devDependencies, optionalDependencies];
  return JSON.stringify(lists.map((list) => Object.entries(list ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function isInstalled() {
  // npm writes this file last, so without it an install was cut short.
  const installed = join(modules, ".package-lock.json");
  if (!existsSync(installed)) return false;
  const current = fingerprint();
  if (existsSync(installStamp) && readFileSync(installStamp, "utf8") === current) return true;
  // Somebody may have run `npm install` by hand: then what is there is what the lock file says.
  const lock = readJson(join(root, "package-lock.json")).packages;
  const found = readJson(installed).packages;
  const asked = manifests().every(
    ([folder, manifest]) => lock[folder] && wantedBy(lock[folder]) === wantedBy(manifest),
  );
  const there = Object.entries(lock).every(([path, { version, link, optional }]) => {
    if (!path.includes("node_modules/") || optional) return true;
    const entry = found[path];
    return entry && entry.version === version && entry.link === link && existsSync(join(root, path));
  });
  if (!asked || !there) return false;
  writeFileSync(installStamp, current);
  return true;
}

function install() {
  say("installing dependencies (npm ci)");
  // On Windows npm is a script, which only a shell can start. No argument holds a path, so none needs quotes.
  const options = { cwd: root, encoding: "utf8", shell: process.platform === "win32" };
  const { status, stdout, stderr, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], options);
  if (error) fail(`npm could not be started: ${error.message}`);
  if (status !== 0) {
    const lines = `${stdout}${stderr}`.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("npm warn"));
    fail(`npm ci failed; run it by hand to see everything it says\n${lines.slice(0, NPM_LINES).join("\n")}`);
  }
  writeFileSync(installStamp, fingerprint());
  // The package's own `prepare` script has built everything.
  if (outputsExist()) stampBuild();
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function isBuilt() {
  const built = timeOf(buildStamp);
  return built > 0 && outputsExist() && newestSource() <= built;
}

function outputsExist() {
  return ["kit/dist/index.js", "generator/dist/bundle/cli.js", "services/dist/start.js"].every((file) =>
    existsSync(join(root, file)),
  );
}

function newestSource() {
  const configs = [
    "tsconfig.base.json",
    ...["kit", "generator", "services"].map((folder) => `${folder}/tsconfig.json`),
  ];
  const times = configs.map((file) => timeOf(join(root, file)));
  for (const folder of ["kit/src", "generator/src", "services/src", "templates"]) {
    times.push(newestIn(join(root, folder), () => true, true));
  }
  times.push(newestIn(join(root, "generated/typescript"), (name) => name.endsWith(".d.ts"), false));
  return Math.max(...times);
}

/** The newest time in a folder; with `folders`, also that of the folders, which tells when a file was deleted. */
function newestIn(folder, counts, folders) {
  if (!existsSync(folder)) return 0;
  let newest = folders ? timeOf(folder) : 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules") newest = Math.max(newest, newestIn(path, counts, folders));
    } else if (counts(entry.name)) {
      newest = Math.max(newest, timeOf(path));
    }
  }
  return newest;
}

function build() {
  say("building kit, generator and services");
  // The time before the build: a file that changes meanwhile is newer, and is built the next time.
  const start = new Date();
  const script = join(root, "scripts", "build.mjs");
  const { status } = spawnSync(process.execPath, [script], { cwd: root, stdio: "inherit" });
  if (status !== 0) fail("the build failed");
  stampBuild(start);
}

function stampBuild(time = new Date()) {
  writeFileSync(buildStamp, time.toISOString());
}

/** When a file was last written, or 0. A build stamp says its own time. */
function timeOf(file) {
  if (!existsSync(file)) return 0;
  return file === buildStamp ? Date.parse(readFileSync(file, "utf8")) : statSync(file).mtimeMs;
}

function say(text) {
  console.log(`setup: ${text}`);
}

function fail(text) {
  console.error(`setup: ${text}`);
  process.exit(1);
}
