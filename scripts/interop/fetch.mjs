// The protocol's own checker and client, for `npm run interop -- --fetch`: Python packages, which pip gets from whatever
// index this machine uses. Nothing of them is ours, or part of the repository.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the packages lie. */
export const packages = fileURLToPath(new URL("../../.interop/python", import.meta.url));

const theirs = [
  "arp-conformance==0.2.6 --hash=sha256:0cc360e23e322f5869c1dd57d34c6e7298924e9661d3fd68064f83d5ec6694fb",
  "arp-standard-client==0.2.6 --hash=sha256:330433bd3d75c5e245d5e30ba736954b5d60691c35291d9fd682ee15e3b29701",
  "arp-standard-model==0.2.6 --hash=sha256:fbec66c9a3ba512803530447d86afef6ec0a907c598931bb02747e0809c20fc0",
];
/** What they run on. Others depend on the machine, so these have no hash. */
const libraries = ["httpx==0.28.1", "jsonschema==4.26.0", "pydantic==2.14.4"];

export function hasPackages() {
  return existsSync(packages);
}

/** Installs the packages, all or none. Throws with what to do when that fails. */
export function fetchPackages() {
  const scratch = mkdtempSync(join(tmpdir(), "agentwire-interop-"));
  try {
    const requirements = join(scratch, "requirements.txt");
    writeFileSync(requirements, `${theirs.join("\n")}\n`);
    const wheels = join(scratch, "wheels");
    pip("download", "--no-deps", "--require-hashes", "--dest", wheels, "--requirement", requirements);
    const files = readdirSync(wheels).map((name) => join(wheels, name));
    const fresh = `${packages}.new`;
    rmSync(fresh, { recursive: true, force: true });
    pip("install", "--target", fresh, ...files, ...libraries);
    rmSync(packages, { recursive: true, force: true });
    renameSync(fresh, packages);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function pip(command, ...args) {
  const always = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
  const all = ["-m", "pip", command, ...always, ...args];
  const { status, stderr, error } = spawnSync("python3", all, { encoding: "utf8" });
  if (status === 0) return;
  throw new Error(
    `python3 -m pip ${command} failed: ${error?.message ?? stderr.trim()}\n` +
      "The protocol's checker and client are Python packages: install Python 3.11 or newer with pip, and try again.",
  );
}
