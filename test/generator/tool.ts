/** How the tests run the tool: as a child process, as users do, or in this process where many runs are needed. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFunction, constants } from "node:vm";
import { type GenerateOptions, generate } from "../../generator/src/commands/generate.js";
import { lint } from "../../generator/src/commands/lint.js";
import { model } from "../../generator/src/commands/model.js";
import { types } from "../../generator/src/commands/types.js";
import { vectors } from "../../generator/src/commands/vectors.js";
import { Diagnostics } from "../../generator/src/diagnostics/diagnostic.js";
import { artefactNames } from "../../generator/src/emit/artefacts.js";
import { emit } from "../../generator/src/emit/emit.js";
import type { OutputFile } from "../../generator/src/emit/file.js";
import { folderLayout } from "../../generator/src/emit/layout.js";
import { buildModel } from "../../generator/src/model/build.js";
import { readProject } from "../../generator/src/read/read.js";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const bin = join(root, "generator/bin/agentwire.js");

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, NO_COLOR: "1" } });
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

/** The command line tool, in a folder. */
export function agentwire(cwd: string, ...args: string[]): Promise<Outcome> {
  return run(process.execPath, [bin, ...args], cwd);
}

const commands = { generate, lint, vectors, model, types } as const;

/**
 * A command in this process: the same code as `agentwire <command> --json` without the half second that a
 * process takes to start. `cwd` is the working folder for as long as it runs.
 */
export async function inProcess<Name extends keyof typeof commands>(
  cwd: string,
  name: Name,
  options: Parameters<(typeof commands)[Name]>[0],
): Promise<Outcome> {
  const here = process.cwd();
  const [out, err] = [process.stdout.write, process.stderr.write];
  const text = { stdout: "", stderr: "" };
  process.chdir(cwd);
  process.stdout.write = (chunk) => {
    text.stdout += chunk;
    return true;
  };
  process.stderr.write = (chunk) => {
    text.stderr += chunk;
    return true;
  };
  try {
    const command = commands[name] as (options: Parameters<(typeof commands)[Name]>[0]) => number | Promise<number>;
    const code = await command({ json: true, ...options });
    return { code, ...text };
  } finally {
    process.chdir(here);
    process.stdout.write = out;
    process.stderr.write = err;
  }
}

/** `agentwire generate` in this process, without a word. Returns the exit code. */
export async function generateQuietly(options: GenerateOptions): Promise<number | null> {
  return (await inProcess(temporaryFolder(), "generate", options)).code;
}

/** The files that one contract gives, in memory; `problems` are the codes of all diagnostics. */
export async function filesOf(
  spec: string,
  options: { standalone?: boolean } = {},
): Promise<{ files: OutputFile[]; problems: string[] }> {
  const diagnostics = new Diagnostics();
  const project = readProject({ spec }, diagnostics);
  const model = project && buildModel(project, diagnostics);
  const problems = () => diagnostics.list.map(({ code, message }) => `${code}: ${message}`);
  if (!project || !model || diagnostics.hasErrors) return { files: [], problems: problems() };
  const standalone = options.standalone === true;
  const files = await emit(model, project.loader, diagnostics, {
    layout: folderLayout({ standalone }),
    artefacts: new Set(artefactNames),
  });
  return { files, problems: problems() };
}

/** Imports a module as Node does, without the test runner's transforms: for modules by the hundred. */
export const importNatively = compileFunction("return import(url)", ["url"], {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}) as <Module>(url: string) => Promise<Module>;

const folders: string[] = [];

/** A folder of its own, outside the repository; `cleanUp` removes it. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "agentwire-test-")));
  folders.push(folder);
  return folder;
}

export function cleanUp(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Lets generated code in a folder find the packages of this repository. */
export function linkPackages(folder: string): void {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
}

/** Writes files below a folder: texts as they are, anything else as JSON. Returns the folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, unknown>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`);
  }
  return folder;
}

/** A temporary folder with these files in it. */
export function project(files: Readonly<Record<string, unknown>>): string {
  return writeFiles(temporaryFolder(), files);
}

/** All files below a folder, sorted, with forward slashes. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

export function copy(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  return to;
}

/** A contract with these schemas and operations, and the least else that OpenAPI asks for. */
export function contract(schemas: object = {}, paths: object = {}, rest: object = {}): object {
  return { openapi: "3.1.0", info: { title: "Sample", version: "1" }, paths, components: { schemas }, ...rest };
}

/** An operation that answers 204. */
export function operation(operationId: string, rest: object = {}): object {
  return { operationId, responses: { "204": { description: "Done." } }, ...rest };
}
