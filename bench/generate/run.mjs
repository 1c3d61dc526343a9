// Agentwire beside openapi-typescript, hey-api and orval on large contracts: time, memory, output, type errors.
// Arguments: `--input NAME`, `--tool NAME` (parts of names, repeatable), `--rounds N` (default 1; the quickest counts).
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measure } from "../lib/measure.mjs";
import { sizeOf, typeErrors } from "./check.mjs";
import { inputs } from "./inputs.mjs";
import { nodeForTools, tools, typescript } from "./tools.mjs";

/** Outputs stand below the repository, so that they find the packages that they import. */
const scratch = fileURLToPath(new URL("out", import.meta.url));
const TIMEOUT_MS = 120_000;
/** What our output may take: seconds, and MB of memory. By tool and input. */
const targets = {
  "Agentwire, no validators": { github: { wall: "<= 1.0", memory: "<= 250" } },
  Agentwire: {
    github: { wall: "<= 2.5", validators: "<= 6.0" },
    digitalocean: { wall: "<= 2" },
    synthetic: { wall: "< 3", memory: "< 300" },
  },
};

/** One row for each measure of each tool on each input. */
export async function run({ log, args }) {
  const { values } = parseArgs({
    args,
    options: {
      input: { type: "string", multiple: true },
      tool: { type: "string", multiple: true },
      rounds: { type: "string", default: "1" },
    },
  });
  const picked = (name, wanted) => wanted === undefined || wanted.some((part) => name.includes(part));
  const node = nodeForTools();
  rmSync(scratch, { recursive: true, force: true });
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
  const rows = [{ what: "Node that runs the tools", subject: "all", value: version, unit: "" }];
  for (const input of inputs(scratch, log).filter(({ name }) => picked(name, values.input))) {
    for (const tool of tools(node).filter(({ name }) => picked(name, values.tool))) {
      const result = await runTool(node, tool, input, Number(values.rounds));
      log(`${input.name}, ${tool.name}: ${says(result)}`);
      rows.push(...rowsOf(input, tool, result));
    }
  }
  rmSync(scratch, { recursive: true, force: true });
  return rows;
}

async function runTool(node, tool, input, rounds) {
  const out = join(scratch, input.name, tool.name.replace(/\W+/g, "-"));
  let best;
  for (let round = 0; round < rounds; round++) {
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    const result = await measure(node, tool.args(input.path, out), { cwd: scratch, timeout: TIMEOUT_MS });
    if (best === undefined || result.wall < best.wall) best = result;
    if (result.stopped || result.code !== 0) break;
  }
  const size = sizeOf(out);
  if (best.stopped || best.code !== 0) return { ...best, ...size, types: {} };
  const types = await typeErrors(node, typescript(), out, TIMEOUT_MS);
  return { ...best, ...size, types };
}

function says({ wall, code, stopped, said }) {
  if (stopped) return `stopped after ${TIMEOUT_MS / 1000} s`;
  return code === 0
    ? `${wall.toFixed(1)} s`
    : `exit code ${code}\n${said.trim().split("\n").slice(-5).join("\n").slice(-500)}`;
}

function rowsOf(input, tool, { wall, cpu, memory, code, stopped, bytes, files, validators, types }) {
  const isOurs = Object.hasOwn(targets, tool.name);
  const target = targets[tool.name]?.[input.name] ?? {};
  const row = (what, value, unit, wanted) => ({
    what: `${input.name}: ${what}`,
    subject: tool.name,
    value: value ?? "unknown",
    unit,
    ...(wanted === undefined ? {} : { target: wanted }),
  });
  // The time that a tool took to give up is no figure to compare with.
  if (stopped || code !== 0) return [row("exit", stopped ? "timeout" : code, "code")];
  return [
    row("exit", code, "code"),
    row("wall time", wall, "s", target.wall),
    row("processor time", cpu, "s"),
    row("peak memory", memory, "MB", target.memory),
    row("output", bytes / 1e6, "MB"),
    row("output", files, "files"),
    ...(validators === undefined ? [] : [row("code of validators", validators / 1e6, "MB", target.validators)]),
    row("type errors", types.problem ?? types.own, "errors", isOurs ? "<= 0" : undefined),
    ...(types.foreign > 0 ? [row("type errors in libraries", types.foreign, "errors")] : []),
  ];
}
