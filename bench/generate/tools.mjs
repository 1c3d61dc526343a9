import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("..", import.meta.url));
const agentwire = join(bench, "../generator/bin/agentwire.js");

/** hey-api and orval start from Node 22.18 on; one Node for all keeps the figures comparable. */
export function nodeForTools() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const isNew = major > 22 || (major === 22 && minor >= 18);
  return isNew ? process.execPath : join(bench, "node_modules/node22/bin/node");
}

/** The generators: a name and, for an input file and an output folder, what `node` is called with. */
export function tools(node) {
  const heyApi = (input, out, ...plugins) => [
    binOf("@hey-api/openapi-ts"),
    ...["-i", input, "-o", out, "--no-log-file", "-p", "@hey-api/typescript", "@hey-api/sdk", ...plugins],
  ];
  const orval = (input, out, client) => [binOf("orval"), "--config", orvalConfig(input, out, client)];
  return [
    ...ourSelves(node),
    {
      name: "openapi-typescript",
      args: (input, out) => [binOf("openapi-typescript"), input, "-o", join(out, "types.ts")],
    },
    { name: "hey-api", args: (input, out) => heyApi(input, out) },
    { name: "hey-api + zod", args: (input, out) => heyApi(input, out, "zod") },
    { name: "orval fetch", args: (input, out) => orval(input, out, "fetch") },
    { name: "orval zod", args: (input, out) => orval(input, out, "zod") },
  ];
}

/** Ourselves twice, once without validators, where the command can leave them out. */
function ourSelves(node) {
  const generate = (input, out) => [agentwire, "generate", "--spec", input, "--out", out];
  const whole = { name: "Agentwire", args: generate };
  const { stdout } = spawnSync(node, [agentwire, "generate", "--help"], { encoding: "utf8" });
  if (!stdout.includes("--artefacts")) return [whole];
  const few = (input, out) => [...generate(input, out), "--artefacts", "models,client,server"];
  return [{ name: "Agentwire, no validators", args: few }, whole];
}

/** Only a configuration can allow contracts of more than one file. It stands beside the output, which is measured. */
function orvalConfig(input, out, client) {
  const file = `${out}.orval.config.mjs`;
  const api = {
    input: { target: input, parserOptions: { externalRefs: { allow: ["*"] } } },
    output: { target: join(out, "api.ts"), client },
  };
  writeFileSync(file, `export default ${JSON.stringify({ api })};\n`);
  return file;
}

/** The program of an installed package. */
function binOf(name) {
  const folder = [bench, join(bench, "..")].map((one) => join(one, "node_modules", name)).find(existsSync);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : Object.values(bin)[0]);
}

export const typescript = () => join(dirname(binOf("typescript")), "tsc");
