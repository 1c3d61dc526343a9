import { execFile } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How a careful project compiles, libraries included. */
const compilerOptions = {
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  target: "ES2022",
  module: "ESNext",
  moduleResolution: "Bundler",
  lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
  types: ["node"],
};
const HEAP_MB = 8192;
const MAX_OUTPUT = 1 << 28;

/**
 * Compiles a folder of generated code on its own. Gives how many errors are in its own files (`own`), and how many in
 * what these import (`foreign`); or `problem`, when the compiler did not get to the end.
 */
export async function typeErrors(node, tsc, out, timeout) {
  const config = join(out, "tsconfig.bench.json");
  writeFileSync(config, JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
  const args = [`--max-old-space-size=${HEAP_MB}`, tsc, "--project", config, "--pretty", "false"];
  const { error, text } = await new Promise((resolve) => {
    const options = { cwd: out, timeout, killSignal: "SIGKILL", maxBuffer: MAX_OUTPUT };
    execFile(node, args, options, (error, text) => resolve({ error, text }));
  });
  const files = [...text.matchAll(/^(\S.*?)\(\d+,\d+\): error TS\d+/gm)].map(([, file]) => file);
  if (error?.killed) return { problem: "timeout" };
  if (error && files.length === 0) return { problem: "failed" };
  const foreign = files.filter((file) => file.startsWith("..") || file.includes("node_modules/")).length;
  return { own: files.length - foreign, foreign };
}

/** Bytes and number of the files below a folder, and the bytes of validators where there is a module of them. */
export function sizeOf(out) {
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = files.map(({ parentPath, name }) => ({ name, bytes: statSync(join(parentPath, name)).size }));
  const validators = sizes.find(({ name }) => name === "validators.js");
  const bytes = sizes.reduce((sum, file) => sum + file.bytes, 0);
  return { bytes, files: files.length, ...(validators ? { validators: validators.bytes } : {}) };
}
