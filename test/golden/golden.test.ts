/** Each folder here is a contract about one feature and the whole output for it. `node scripts/golden.mjs` refreshes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cleanUp, filesBelow, generateQuietly, temporaryFolder } from "../generator/tool.js";
import { cases } from "./cases.js";

afterAll(cleanUp);

describe.each(cases)("$name", ({ spec, expected }) => {
  test("gives the expected output, to the byte", async () => {
    const out = temporaryFolder();
    expect(await generateQuietly({ spec, out, names: "strict" })).toBe(0);
    expect(filesBelow(out)).toEqual(filesBelow(expected));
    for (const path of filesBelow(expected)) {
      expect(readFileSync(join(out, path), "utf8"), path).toBe(readFileSync(join(expected, path), "utf8"));
    }
  });
});
