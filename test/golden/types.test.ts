/** The golden output under the strictest settings, skipLibCheck off, with what each case's `usage.ts` may and may not say. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { typeProblems } from "../generator/compile.js";
import { filesBelow } from "../generator/tool.js";
import { cases } from "./cases.js";

const declarations = cases.flatMap(({ expected }) =>
  filesBelow(expected)
    .filter((path) => path.endsWith(".d.ts"))
    .map((path) => join(expected, path)),
);

test("all output and every usage type-checks, and every @ts-expect-error is one", () => {
  expect(declarations.length).toBeGreaterThan(cases.length * 6);
  expect(typeProblems([...declarations, ...cases.map(({ usage }) => usage)])).toEqual([]);
}, 120_000);
