// `agentwire generate --watch` on 2,000 cyclic schemas and 2,000 operations: from an edit of one schema to new bytes on disk.
// Arguments: `--edits N` (default 20).
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setImmediate as soon, setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeContract } from "../synthetic/make.mjs";

const scratch = fileURLToPath(new URL("out", import.meta.url));
const command = fileURLToPath(new URL("../../generator/bin/agentwire.js", import.meta.url));
/** Longer than any edit takes; then something is wrong. */
const TIMEOUT_MS = 20_000;
/** Between edits, as people type. */
const PAUSE_MS = 150;

/** The median and the slowest of the edits, and whether a clean run would give the same bytes. */
export async function run({ log, args }) {
  const { values } = parseArgs({ args, options: { edits: { type: "string", default: "20" } } });
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const spec = join(scratch, "api.json");
  const out = join(scratch, "api");
  const api = makeContract();
  const save = () => writeFileSync(spec, JSON.stringify(api, null, 2));
  save();
  const generate = [command, "generate", "--spec", spec, "--out", out];
  const watcher = spawn(process.execPath, [...generate, "--watch"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await new Promise((resolve) => watcher.stdout.on("data", (text) => String(text).includes("watching") && resolve()));
    const names = Object.keys(api.components.schemas).filter((name) => api.components.schemas[name].properties);
    const times = [];
    for (let edit = 0; edit < Number(values.edits); edit++) {
      const member = `edit_${edit}`;
      api.components.schemas[names[(edit * 37) % names.length]].properties[member] = { type: "integer", minimum: edit };
      times.push(await timeOf(save, join(out, "models.d.ts"), join(out, "validators.js"), member));
      await wait(PAUSE_MS);
    }
    log(`edits took ${times.map((time) => time.toFixed(0)).join(", ")} ms`);
    // The first edits run code that no compiler has seen yet.
    const warm = times.slice(Math.floor(times.length / 4)).sort((a, b) => a - b);
    return [
      { what: "edit to bytes on disk", subject: "median", value: warm[warm.length >> 1], unit: "ms", target: "< 50" },
      { what: "edit to bytes on disk", subject: "slowest", value: warm.at(-1), unit: "ms" },
      {
        what: "files that a clean run changes",
        subject: "afterwards",
        value: await drift(generate),
        unit: "",
        target: "<= 0",
      },
    ];
  } finally {
    watcher.kill("SIGINT");
  }
}

/** Milliseconds from the end of the save to the moment when both files are new; then they must hold the edit. */
async function timeOf(save, models, validators, member) {
  const before = [models, validators].map(stampOf);
  save();
  const started = performance.now();
  while ([models, validators].some((file, index) => stampOf(file) === before[index])) {
    if (performance.now() - started > TIMEOUT_MS) throw new Error(`nothing was written for ${member}`);
    await soon();
  }
  const time = performance.now() - started;
  for (const file of [models, validators])
    if (!readFileSync(file, "utf8").includes(member)) throw new Error(`${file} does not hold ${member}`);
  return time;
}

function stampOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

async function drift(generate) {
  const check = spawn(process.execPath, [...generate, "--check", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  for await (const text of check.stdout) said += text;
  const { added, changed, removed } = JSON.parse(said);
  return added + changed + removed;
}
