// Runs one bench and prints its rows: `npm run bench -- NAME [--json] [arguments of the bench]`. Without a name: the list.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { install } from "./lib/install.mjs";
import { meets, table } from "./lib/table.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const names = readdirSync(here)
  .filter((name) => existsSync(join(here, name, "run.mjs")))
  .sort();
const [name, ...rest] = process.argv.slice(2);
const json = rest.includes("--json");
const args = rest.filter((argument) => argument !== "--json");

if (name === undefined) list();
else if (!names.includes(name)) {
  console.error(`there is no bench "${name}"; there are ${names.join(", ")}`);
  process.exitCode = 2;
} else await run();

function list() {
  const width = Math.max(...names.map(({ length }) => length));
  for (const one of names) console.log(`${one.padEnd(width)}  ${purpose(one)}`);
}

/** The first sentence of a bench's first comment. */
function purpose(bench) {
  const [comment = ""] =
    readFileSync(join(here, bench, "run.mjs"), "utf8").match(/^(\/\/.*\n)+|^\/\*[\s\S]*?\*\//) ?? [];
  const text = comment.replace(/^\s*(\/\*\*?|\*\/|\*|\/\/)/gm, "").replace(/\*\//g, "");
  return text
    .replace(/\s+/g, " ")
    .trim()
    .split(/(?<=\.) /)[0];
}

async function run() {
  // Progress goes to stderr, so that `--json` is all there is on stdout.
  const log = (text) => console.error(text);
  install(name, log);
  const bench = await import(pathToFileURL(join(here, name, "run.mjs")).href);
  const rows = await bench.run({ log, args });
  const machine = {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
  };
  if (json) {
    const judged = rows.map((row) => ({ ...row, ...(row.target === undefined ? {} : { pass: meets(row) }) }));
    console.log(JSON.stringify({ bench: name, machine, rows: judged }, null, 2));
  } else {
    console.log(`\n${table(rows)}\n\n${machine.cores} cores (${machine.cpu}), Node ${machine.node}, ${machine.date}`);
  }
}
