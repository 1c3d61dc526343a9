import { readFileSync, statSync, watch, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import pc from "picocolors";
import { Diagnostics } from "../diagnostics/diagnostic.js";
import type { Artefacts } from "../emit/artefacts.js";
import { emit } from "../emit/emit.js";
import { folderLayout, packagesLayout } from "../emit/layout.js";
import { countLosses, type Loss, type LossReport, lossOf } from "../loss/loss.js";
import { printLosses, summaryOf } from "../loss/report.js";
import { buildModel, methodKey } from "../model/build.js";
import type { Model } from "../model/types.js";
import { type LockedNames, lockFile, readLock } from "../names/lock.js";
import { printPlan, summary } from "../print/diff.js";
import { Progress } from "../print/progress.js";
import { type Plan, plan, write } from "../print/write.js";
import { readProject } from "../read/read.js";
import { artefactsOf, readConfig, readOptions, type SpecOptions, UsageError } from "./config.js";
import { exitCodes, report } from "./report.js";

export interface GenerateOptions extends SpecOptions {
  readonly out?: string;
  readonly packages?: string;
  readonly standalone?: boolean;
  readonly service?: string[];
  readonly name?: string;
  readonly artefacts?: string;
  readonly names?: string;
  readonly assertFormats?: boolean;
  readonly report?: string;
  readonly strict?: boolean;
  readonly check?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** `agentwire generate`: contracts in, code out. Returns the exit code. */
export async function generate(options: GenerateOptions): Promise<number> {
  if (options.check && options.watch) throw new UsageError("--check and --watch exclude each other");
  const settings = settingsOf(options);
  const code = await run(options, settings);
  return options.watch ? watchAndRun(options, settings) : code;
}

interface Settings {
  readonly read: ReturnType<typeof readOptions>;
  readonly out: string;
  readonly packages: string | undefined;
  readonly artefacts: Artefacts;
  readonly names: "lock" | "strict";
}

/** A file of one's own given with --spec has nothing to do with the folder's configuration. */
function settingsOf(options: GenerateOptions): Settings {
  const config = readConfig();
  const own = options.spec !== undefined && options.spec !== config.spec;
  const out = options.out ?? (own ? undefined : config.out);
  if (out === undefined) throw new UsageError("--out is needed: the folder to write to");
  const packages = options.packages ?? (own || options.out !== undefined ? undefined : config.packages);
  if (packages !== undefined && !/^@[a-z\d][\w.-]*$/.test(packages))
    throw new UsageError(`--packages takes an npm scope such as @acme, not "${packages}"`);
  if (packages !== undefined && options.standalone)
    throw new UsageError("--packages and --standalone exclude each other");
  const artefacts =
    options.artefacts === undefined && !own
      ? artefactsOf(config.artefacts, "artefacts")
      : artefactsOf(options.artefacts, "--artefacts");
  const read = readOptions(options, config);
  return {
    read,
    out,
    packages,
    artefacts,
    names: namesOf(options.names ?? (own ? undefined : config.names), read.spec),
  };
}

/** In contracts of one's own, a clash of names is to be mended; one file is often somebody else's. */
function namesOf(given: string | undefined, spec: string): "lock" | "strict" {
  if (given === undefined) return isFile(spec) ? "lock" : "strict";
  if (given !== "lock" && given !== "strict") throw new UsageError("--names takes lock or strict");
  return given;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

async function run(options: GenerateOptions, settings: Settings): Promise<number> {
  const { out } = settings;
  const started = performance.now();
  const diagnostics = new Diagnostics();
  const prepared = await prepare(options, settings, diagnostics);
  if (!prepared || diagnostics.hasErrors) return report(diagnostics, options, { files: 0 });
  const { planned, losses } = prepared;
  const loss = countLosses(losses);
  if (options.report !== undefined) writeReport(options.report, losses);
  if (options.strict && loss.unsupported > 0) {
    for (const { keyword, place } of unsupportedIn(losses))
      diagnostics.add("loss", `${keyword} is not carried by the output`, { place });
    return report(diagnostics, options, { files: 0, loss });
  }
  const drifted = planned.added.length + planned.changed.length + planned.removed.length > 0;
  if (options.check) {
    if (drifted) diagnostics.add("drift", `${out} differs from the contracts: ${summary(planned)}`, { file: out });
    if (drifted && !options.json) process.stderr.write(`${printPlan(planned)}\n\n`);
    if (!drifted && !options.json) process.stdout.write(`${pc.green("clean")}: ${summary(planned)} in ${out}\n`);
    return report(diagnostics, options, { ...counts(planned), loss });
  }
  if (!write(planned, diagnostics)) return report(diagnostics, options, { files: 0 });
  if (!options.json) {
    if (drifted) process.stdout.write(`${printPlan(planned)}\n`);
    const time = Math.round(performance.now() - started);
    process.stdout.write(
      `${drifted ? pc.green("generated") : pc.green("up to date")}: ${summary(planned)} in ${out} ${pc.dim(`(${time} ms)`)}\n${summaryOf(losses)}\n`,
    );
  }
  return report(diagnostics, options, { ...counts(planned), loss });
}

async function prepare(
  options: GenerateOptions,
  { read, out, packages, artefacts, names }: Settings,
  diagnostics: Diagnostics,
): Promise<{ planned: Plan; losses: LossReport } | undefined> {
  const project = readProject(read, diagnostics);
  if (!project) return undefined;
  const services = options.service ?? [];
  const locked = names === "lock" ? readLock(out, diagnostics) : undefined;
  const model = buildModel(project, diagnostics, {
    services,
    ...(options.assertFormats === false ? { assertFormats: false } : {}),
    ...(locked && {
      names: {
        types: { clashes: "qualify", locked: locked.types },
        methods: { clashes: "qualify", locked: locked.methods },
      },
    }),
    ...(options.name === undefined ? {} : { name: options.name }),
  });
  const missing = services.filter((name) => !model.services.some((service) => service.name === name));
  if (missing.length > 0) throw new UsageError(`no service called ${missing.join(", ")}`);
  if (diagnostics.hasErrors) return undefined;
  const progress = new Progress();
  const version = ownVersion();
  const files = await emit(model, project.loader, diagnostics, {
    artefacts,
    layout:
      packages === undefined ? folderLayout({ standalone: options.standalone === true }) : packagesLayout(packages),
    ...(packages === undefined || services.length > 0
      ? {}
      : { packages: { scope: packages, version, kitVersion: version } }),
    standalone: options.standalone === true,
    progress: progress.update,
  }).finally(() => progress.clear());
  if (locked) files.push(lockFile(namesIn(model)));
  return {
    planned: plan(out, files, diagnostics, { partial: services.length > 0 }),
    losses: lossOf(model, diagnostics, artefacts.has("validators")),
  };
}

function unsupportedIn({ schemas, contract }: LossReport): Loss[] {
  const all = [...schemas.flatMap(({ losses }) => losses), ...contract];
  return all.filter(({ status }) => status === "unsupported");
}

function writeReport(path: string, losses: LossReport): void {
  try {
    writeFileSync(path, printLosses(losses));
  } catch (error) {
    throw new UsageError(`--report ${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? "error"})`);
  }
}

function namesIn({ types, services }: Model): LockedNames {
  const methods = services.flatMap(({ operations, channels }) => [...operations, ...channels]);
  return {
    types: new Map([...types.values()].map(({ id, name }) => [id, name])),
    methods: new Map(methods.map(({ place, name }) => [methodKey(place), name])),
  };
}

function counts({ added, changed, removed, unchanged }: Plan): object {
  return {
    files: added.length + changed.length + unchanged,
    added: added.length,
    changed: changed.length,
    removed: removed.length,
  };
}

/** Generated packages carry the tool's version, so that kit and output of one release go together. */
function ownVersion(): string {
  const path = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** Runs again after every change below the contract's folder. Ends with the process. */
function watchAndRun(options: GenerateOptions, settings: Settings): Promise<number> {
  const target = resolve(settings.read.spec);
  const folder =
    target.endsWith(".yaml") || target.endsWith(".yml") || target.endsWith(".json") ? dirname(target) : target;
  return new Promise((finish) => {
    let timer: NodeJS.Timeout | undefined;
    let running = Promise.resolve(exitCodes.ok as number);
    const watcher = watch(folder, { recursive: true }, (_, file) => {
      if (file?.startsWith(".")) return;
      clearTimeout(timer);
      // Editors write in several steps; the pause lets them finish.
      timer = setTimeout(() => {
        running = running.then(() => run(options, settings));
      }, 20);
    });
    process.stdout.write(pc.dim(`watching ${relative(process.cwd(), folder) || "."}; Ctrl-C ends\n`));
    process.once("SIGINT", () => {
      watcher.close();
      clearTimeout(timer);
      void running.then(() => finish(exitCodes.ok));
    });
  });
}
