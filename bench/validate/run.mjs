// Validating an agent's run request: the generated validator beside ajv, zod, typebox and code written by hand.
// Left out: typia, whose validators exist only through a compiler plugin. Arguments: `--rounds N` (default 5).
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { samples } from "./values.mjs";

const child = fileURLToPath(new URL("child.mjs", import.meta.url));
/** A fresh process is quick to measure and varies much. */
const COLD_STARTS_A_ROUND = 5;

/** Speed and cold start of each subject, after all have agreed on every sample. */
export async function run({ log, args }) {
  const { values } = parseArgs({ args, options: { rounds: { type: "string", default: "5" } } });
  // Imported late: it needs packages that the runner has just installed.
  const { floor, prepare } = await import("./prepare.mjs");
  const subjects = prepare();
  for (const subject of subjects) checkVerdicts(subject);
  const speeds = new Map(subjects.map(({ name }) => [name, []]));
  const loaded = [...subjects, floor];
  const colds = new Map(loaded.map(({ name }) => [name, []]));
  for (let round = 1; round <= Number(values.rounds); round++) {
    log(`round ${round} of ${values.rounds}`);
    for (const subject of subjects) speeds.get(subject.name).push(ask(subject, "speed"));
    for (let one = 0; one < COLD_STARTS_A_ROUND; one++)
      for (const subject of loaded) colds.get(subject.name).push(ask(subject, "cold"));
  }
  const speed = (name) => median(speeds.get(name));
  const ajv = Math.max(speed("ajv standalone"), speed("ajv compiled"));
  return [
    ...subjects.map(({ name }) => ({ what: "validations a second", subject: name, value: speed(name), unit: "1/s" })),
    { what: "against ajv", subject: "Agentwire", value: speed("Agentwire") / ajv, unit: "x", target: ">= 1.25" },
    ...loaded.map(({ name }) => ({
      what: "cold start",
      subject: name,
      value: median(colds.get(name)),
      unit: "ms",
      ...(name === "Agentwire" ? { target: "<= 2" } : {}),
    })),
  ];
}

function checkVerdicts(subject) {
  const verdicts = ask(subject, "verdicts");
  const wrong = samples().filter(([valid], index) => verdicts[index] !== valid);
  if (wrong.length === 0) return;
  throw new Error(`${subject.name} is wrong about ${wrong.length} values, first ${JSON.stringify(wrong[0])}`);
}

function ask({ module, validator }, task) {
  return JSON.parse(execFileSync(process.execPath, [child, module, validator, task], { encoding: "utf8" }));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
