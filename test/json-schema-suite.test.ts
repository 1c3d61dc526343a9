/** The official JSON Schema suite, through generated code: nothing fails but what scripts/suite-known.json lists. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, run } from "./generator/tool.js";

const suite = (...args: string[]) => run(process.execPath, [join(root, "scripts/suite.mjs"), ...args], root);

const isHere = existsSync(join(root, ".suite/tests"));

describe.skipIf(!isHere)("the official JSON Schema suite (its data comes with: npm run suite -- --fetch)", () => {
  test("fails only where it is known to, and every known failure fails", async () => {
    const { code, stdout, stderr } = await suite("--json");
    const report = JSON.parse(stdout);
    const unlisted = report.failures.filter(({ known }: { known: string | null }) => known === null);
    expect({ code, stderr, unlisted, surprising: report.surprising }).toEqual({
      code: 0,
      stderr: "",
      unlisted: [],
      surprising: [],
    });
    expect(report.total).toBeGreaterThan(1200);
  }, 120_000);

  test("a filter picks tests by name; one that picks none is an error", async () => {
    const some = await suite("minLength / minLength validation /");
    expect(some.code).toBe(0);
    expect(some.stdout).toBe("minLength    5 of   5\n\n5 of 5 passed (100.0 %)\n");
    expect((await suite("no such test")).code).toBe(1);
  });
});
