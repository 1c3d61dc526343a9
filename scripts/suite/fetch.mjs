// The data of the official JSON Schema suite, for `npm run suite -- --fetch`. No npm package has the tests of 2020-12; the
// source package of Python's `jsonschema` does, and pip gets it from whatever index this machine uses.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const requirement = "jsonschema==4.26.0 --hash=sha256:0c26707e2efad8aa1bfc5b7ce170f3fccc2e4918ff85989ba9ffa9facb2be326";

/** Puts `tests` (required tests of 2020-12) and `remotes` into a folder. Throws with what to do when that fails. */
export function fetchSuite(folder) {
  const scratch = mkdtempSync(join(tmpdir(), "agentwire-suite-"));
  try {
    writeFileSync(join(scratch, "requirements.txt"), `${requirement}\n`);
    const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes"];
    run("python3", [...pip, "--dest", scratch, "--requirement", join(scratch, "requirements.txt")]);
    const archive = readdirSync(scratch).find((name) => name.endsWith(".tar.gz"));
    run("tar", ["-xzf", join(scratch, archive), "-C", scratch]);
    const data = join(scratch, archive.slice(0, -".tar.gz".length), "json");
    rmSync(folder, { recursive: true, force: true });
    cpSync(join(data, "tests/draft2020-12"), join(folder, "tests"), { recursive: true });
    rmSync(join(folder, "tests/optional"), { recursive: true, force: true });
    cpSync(join(data, "remotes"), join(folder, "remotes"), { recursive: true });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} failed, which gets the suite's data: ${error?.message ?? stderr}`);
}
