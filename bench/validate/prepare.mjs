import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import standaloneCode from "ajv/dist/standalone/index.js";
import { options, root, schemas } from "./subjects/ajv-options.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = join(here, "out");

const written = (name) => ({ module: join(here, "subjects", `${name}.mjs`), validator: "validate" });

/** A module that does nothing, for what it costs to load one. */
export const floor = { name: "(an empty module)", ...written("empty") };

/** Generates what is generated, and gives every subject: its name, its module, and what the module calls its validator. */
export function prepare() {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const cli = join(here, "../../generator/bin/agentwire.js");
  const args = [cli, "generate", "--spec", join(here, "contract.json"), "--out", join(out, "agentwire")];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`agentwire generate failed: ${stderr}`);
  writeFileSync(join(out, "ajv-standalone.mjs"), standalone());
  return [
    { name: "Agentwire", module: join(out, "agentwire/validators.js"), validator: "isRunRequest" },
    { name: "ajv standalone", module: join(out, "ajv-standalone.mjs"), validator: "validate" },
    { name: "ajv compiled", ...written("ajv") },
    { name: "hand-written", ...written("hand-written") },
    { name: "typebox compiled", ...written("typebox") },
    { name: "zod", ...written("zod") },
  ];
}

/** ajv's code for the same schemas. It asks for a helper by `require`, which an ES module has to be given. */
function standalone() {
  const ajv = new Ajv2020({ ...options, code: { source: true, esm: true } }).addSchema(schemas);
  const code = standaloneCode(ajv, { validate: root });
  return `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\n${code}`;
}
