/** Runs the tool on a stranger's contract, as a process of its own, and holds it to what must always be so. */
import { spawn } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import type { Code } from "../../../generator/src/diagnostics/codes.js";
import { syntaxProblems } from "../compile.js";
import type { Said } from "../said.js";
import { bin, filesBelow, linkPackages, type Outcome, writeFiles } from "../tool.js";

/** One contract and what must happen. */
export interface Row {
  readonly name: string;
  readonly files: Readonly<Record<string, unknown>>;
  /** Default: `openapi.json`. */
  readonly spec?: string;
  /** What texts cannot make: links, devices, sparse files. */
  readonly prepare?: (home: string) => void;
  readonly args?: readonly string[];
  /** The problem that stops it; without one the contract must generate. */
  readonly refused?: Code | readonly Code[];
}

const limits = { memory: 1024, milliseconds: 60_000 };

/** The command line tool with little memory, ended when it hangs. */
export function tool(cwd: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`--max-old-space-size=${limits.memory}`, bin, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: "1" },
      timeout: limits.milliseconds,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const text = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text.stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text.stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...text }));
  });
}

/** Generates from a contract in a folder below `home`, and checks all that holds for every contract. */
export async function judge(home: string, row: Row): Promise<Outcome> {
  const work = join(home, "work");
  writeFiles(work, row.files);
  row.prepare?.(home);
  const before = filesBelow(home);
  const spec = row.spec ?? "openapi.json";
  const outcome = await tool(work, "generate", "--spec", spec, "--out", "out", "--json", ...(row.args ?? []));
  const after = filesBelow(home).filter((path) => !before.includes(path));
  expect(before.filter((path) => lstatSync(join(home, path), { throwIfNoEntry: false }) === undefined)).toEqual([]);
  expect(outcome.stderr, "a stack trace").toBe("");
  const said = (JSON.parse(outcome.stdout) as { diagnostics: Said[] }).diagnostics;
  for (const { message, fix, code } of said) {
    expect(message, code).not.toMatch(/\n\s+at |node_modules|undefined|\[object /);
    expect(fix).not.toBe("");
  }
  if (row.refused === undefined) {
    expect(said.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(outcome.code).toBe(0);
    expect(after.filter((path) => !path.startsWith("work/out/"))).toEqual([]);
    expectWellFormed(join(work, "out"));
    await expectHarmless(work);
  } else {
    const codes = said.filter(({ severity }) => severity === "error").map(({ code }) => code);
    expect([...new Set(codes)], JSON.stringify(said.slice(0, 3))).toEqual([row.refused].flat());
    for (const one of said.filter(({ severity }) => severity === "error")) expect(one.file, one.message).toBeDefined();
    expect(outcome.code).toBe(1);
    expect(after).toEqual([]);
  }
  return outcome;
}

function expectWellFormed(out: string): void {
  for (const path of filesBelow(out)) {
    if (/\.(d\.ts|js)$/.test(path))
      expect(syntaxProblems(path, readFileSync(join(out, path), "utf8")), path).toEqual([]);
  }
}

/** Imports every module and has every validator judge some values, in a process that ends with the attack's exit code. */
async function expectHarmless(work: string): Promise<void> {
  if (!existsSync(join(work, "node_modules"))) linkPackages(work);
  writeFiles(work, { "try.mjs": attempt });
  const modules = filesBelow(join(work, "out"))
    .filter((path) => path.endsWith(".js"))
    .map((path) => pathToFileURL(join(work, "out", path)).href);
  const child = await new Promise<Outcome>((resolve, reject) => {
    const { env } = process;
    const started = spawn(process.execPath, ["try.mjs", ...modules], {
      cwd: work,
      env,
      timeout: limits.milliseconds,
      killSignal: "SIGKILL",
    });
    let stderr = "";
    started.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    started.on("error", reject);
    started.on("close", (code) => resolve({ code, stdout: "", stderr }));
  });
  expect(child.stderr).toBe("");
  expect(child.code).toBe(0);
}

const attempt = `
const values = [undefined, null, true, 0, -1.5, "", "a", "a".repeat(1000), [], [1, "a"], {}, { a: 1 }, JSON.parse('{"__proto__":1,"constructor":{}}')];
for (const url of process.argv.slice(2)) {
  const module = await import(url);
  for (const [name, guard] of Object.entries(module)) {
    if (!/^is[A-Z_]/.test(name) || typeof guard !== "function") continue;
    for (const value of values) {
      if (typeof guard(value) !== "boolean") throw new Error(name + " answers neither yes nor no");
      guard(value, true, []);
    }
  }
}
if ("agentwireHostile" in globalThis) throw new Error("code of the contract was executed");
if (Object.keys(Object.prototype).length > 0) throw new Error("the prototype of objects was changed");
`;
