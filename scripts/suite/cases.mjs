// The required tests of the official JSON Schema suite for 2020-12, as `npm run suite -- --fetch` got them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the suite's data lies; it is not ours, and no part of the repository. */
export const suite = fileURLToPath(new URL("../../.suite", import.meta.url));
/** The folder that stands for `http://localhost:1234/`. */
export const remotes = join(suite, "remotes");

export function hasSuite() {
  return existsSync(join(suite, "tests"));
}

/**
 * Every group of tests: a schema and values with their verdicts. A test is called `file / group / test`, and
 * `filter` keeps the groups of which a test's name contains it.
 */
export function suiteCases(filter = "") {
  return readdirSync(join(suite, "tests"))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((name) => {
      const file = name.slice(0, -".json".length);
      const path = join(suite, "tests", name);
      return readJson(path).map(({ description, schema, tests }, group) => {
        const named = tests.map((test) => ({ ...test, name: `${file} / ${description} / ${test.description}` }));
        return { file, path, group, schema, tests: named.filter((test) => test.name.includes(filter)) };
      });
    })
    .filter(({ tests }) => tests.length > 0);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}
