import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { typeErrors } from "../generate/check.mjs";
import { nodeForTools, tools, typescript } from "../generate/tools.mjs";
import { install } from "../lib/install.mjs";
import { measure } from "../lib/measure.mjs";

const TIMEOUT_MS = 120_000;

/** Every generator on the same contracts: for how many it ends well, and for how many its output compiles. */
export async function beside(jobs, scratch, each, log) {
  install("generate", log);
  const node = nodeForTools();
  const rows = [];
  for (const { name, args } of tools(node)) {
    log(name);
    const outcomes = await each(jobs, 20, log, async ({ path, out }) => {
      const folder = join(out, name.replace(/\W+/g, "-"));
      mkdirSync(folder, { recursive: true });
      const { code, stopped } = await measure(node, args(path, folder), { cwd: scratch, timeout: TIMEOUT_MS });
      if (stopped || code !== 0) return { isMade: false, compiles: false };
      const { own } = await typeErrors(node, typescript(), folder, TIMEOUT_MS);
      return { isMade: true, compiles: own === 0 };
    });
    const share = (key) => (100 * outcomes.filter((one) => one[key]).length) / jobs.length;
    rows.push({ what: "contracts generated", subject: name, value: share("isMade"), unit: "%" });
    rows.push({
      what: "contracts generated, and the output compiles",
      subject: name,
      value: share("compiles"),
      unit: "%",
    });
  }
  return rows;
}
