// 2,639 public contracts (the APIs.guru directory): how many are generated, and whether all of the output compiles and works.
// Arguments: `--only TEXT` (part of a file's path, repeatable), `--calls N` (to each operation, default 2), `--list` (what fails);
// `--peers N` runs the other generators too, and nothing but generates and compiles, every Nth contract.
import { mkdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { contracts } from "./contracts.mjs";
import { beside } from "./peers.mjs";
import { forked, generate } from "./steps.mjs";

/** Outputs stand below the repository, so that they find the packages that they import. */
const scratch = fileURLToPath(new URL("out", import.meta.url));
/** Contracts that one process compiles, or calls, before the next one takes over with an empty memory. */
const BATCH = 40;

export async function run({ log, args }) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", multiple: true },
      calls: { type: "string", default: "2" },
      list: { type: "boolean", default: false },
      peers: { type: "string" },
    },
  });
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const picked = contracts().filter(({ name }) => values.only?.some((part) => name.includes(part)) ?? true);
  const jobs = picked.map((contract, index) => ({ ...contract, out: join(scratch, String(index)) }));
  if (values.peers !== undefined) {
    const step = Number(values.peers);
    const some = jobs.filter((_, index) => index % step === 0);
    const rows = await beside(some, scratch, each, log);
    rmSync(scratch, { recursive: true, force: true });
    return [{ what: "contracts", subject: "all", value: some.length, unit: "" }, ...rows];
  }
  const say = (text) => (values.list ? log(text) : undefined);

  log(`${jobs.length} contracts`);
  const generated = await each(jobs, 100, log, generate);
  const good = generated.filter(({ code }) => code === 0);
  const refused = generated.filter(({ code, problems }) => code === 1 && problems.length > 0);
  for (const { name, problems } of refused) say(`${name}: ${problems[0].message}`);
  for (const { name, code, said } of generated)
    if (code !== 0 && !refused.some((one) => one.name === name)) say(`${name}: exit code ${code} ${said}`);

  log("compiling");
  const compiled = await each(batches(good, BATCH), 10, log, (batch) => forked("compile.mjs", batch));
  const errors = compiled.flat();
  for (const error of errors) say(error);

  log("calling");
  const options = { calls: Number(values.calls) };
  const called = await each(batches(good, BATCH), 10, log, (batch) => forked("round-trip.mjs", batch, options));
  const sum = (key) => called.reduce((total, one) => total + one[key], 0);
  for (const failure of called.flatMap(({ failures }) => failures)) say(failure);

  const seconds = good.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const byCode = Map.groupBy?.(refused, ({ problems }) => problems[0].code) ?? new Map();
  const row = (what, value, unit = "", target) => ({
    what,
    subject: "Agentwire",
    value,
    unit,
    ...(target && { target }),
  });
  rmSync(scratch, { recursive: true, force: true });
  return [
    row("contracts", jobs.length),
    row("generated", (100 * good.length) / jobs.length, "%", ">= 99"),
    ...[...byCode].map(([code, all]) => row(`refused: ${code}`, all.length)),
    row("crashed or stopped", jobs.length - good.length - refused.length, "", "<= 0"),
    row("seconds, median", seconds[seconds.length >> 1] ?? 0, "s"),
    row("seconds, slowest", seconds.at(-1) ?? 0, "s"),
    row("type errors", errors.length, "", "<= 0"),
    row("modules that do not load", sum("broken"), "", "<= 0"),
    row("operations called", sum("operations")),
    row("calls", sum("calls")),
    row("calls whose request or answer came out otherwise", sum("wrong")),
  ];
}

function batches(all, size) {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

/** Does something with each, as many at once as there are cores; the results are in the order of what was given. */
async function each(all, step, log, work) {
  const results = [];
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < all.length) {
      const index = next++;
      results[index] = await work(all[index]);
      if (++done % step === 0) log(`  ${done} of ${all.length}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
