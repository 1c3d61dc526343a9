// Puts the templates into the `agentwire` package for packing (`copy`), and takes them out again (`remove`).
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const target = path("generator/dist/templates");
rmSync(target, { recursive: true, force: true });
if (process.argv[2] === "copy") cpSync(path("templates"), target, { recursive: true });
