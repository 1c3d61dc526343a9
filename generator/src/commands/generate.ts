import { statSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import pc from "picocolors";
import { Diagnostics } from "../diagnostics/diagnostic.js";
import { countLosses, type Loss, type LossReport } from "../loss/loss.js";
import { printLosses, summaryOf } from "../loss/report.js";
import { printPlan, summary } from "../print/diff.js";
import { type Plan, write } from "../print/write.js";
import { artefactsOf, readConfig, readOptions, type SpecOptions, UsageError } from "./config.js";
import { Generation, type Prepared, type Settings } from "./generation.js";
import { namingOf } from "./naming.js";
import { exitCodes, report } from "./report.js";
import { watchFor } from "./watch.js";

/**
 * How often a file that is being saved is looked at, how long nothing must happen to it for it to count as saved, and
 * the longest wait for that; in milliseconds.
 */
const LOOK = 2;
const SETTLE = 25;
const MAX_SETTLE = 2000;

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
  const settings = await settingsOf(options);
  const generation = new Generation(settings, options.watch === true);
  const written = () => generation.wasWritten();
  let code = await run(options, settings, (diagnostics) => generation.whole(diagnostics), written);
  if (!options.watch) return code;
  const { spec } = settings.read;
  const again = async () => {
    // An edit that only takes back a wrong one changes nothing, but all is well again.
    if (code === exitCodes.ok && generation.isCurrent()) return;
    code = await run(
      options,
      settings,
      async (diagnostics) =>
        (await followed(spec, () => generation.edited(diagnostics))) ?? generation.whole(diagnostics),
      written,
    );
  };
  const concerns = (path: string) => generation.concerns(path);
  return watchFor({ spec, concerns, asked: () => generation.asked, again });
}

/** A file of one's own given with --spec has nothing to do with the folder's configuration. */
async function settingsOf(options: GenerateOptions): Promise<Settings> {
  const config = await readConfig();
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
    names: namingOf(options.names ?? (own ? undefined : config.names), read.spec),
    services: options.service ?? [],
    name: options.name,
    standalone: options.standalone === true,
    assertFormats: options.assertFormats !== false,
  };
}

async function run(
  options: GenerateOptions,
  { out }: Settings,
  prepare: (diagnostics: Diagnostics) => Promise<Prepared | undefined>,
  written?: () => void,
): Promise<number> {
  const started = performance.now();
  const diagnostics = new Diagnostics();
  const prepared = await prepare(diagnostics);
  if (!prepared || diagnostics.hasErrors) return report(diagnostics, options, { files: 0 });
  const { planned, losses } = prepared;
  if (options.report !== undefined) writeReport(options.report, losses());
  const lost = options.strict ? unsupportedIn(losses()) : [];
  for (const { keyword, place } of lost) diagnostics.add("loss", `${keyword} is not carried by the output`, { place });
  if (lost.length > 0) return report(diagnostics, options, { files: 0, loss: countLosses(losses()) });
  const drifted = planned.added.length + planned.changed.length + planned.removed.length > 0;
  if (options.check) {
    if (drifted) diagnostics.add("drift", `${out} differs from the contracts: ${summary(planned)}`, { file: out });
    if (drifted && !options.json) process.stderr.write(`${printPlan(planned)}\n\n`);
    if (!drifted && !options.json) process.stdout.write(`${pc.green("clean")}: ${summary(planned)} in ${out}\n`);
    return report(diagnostics, options, { ...counts(planned), loss: countLosses(losses()) });
  }
  if (!write(planned, diagnostics)) return report(diagnostics, options, { files: 0 });
  written?.();
  const found = losses();
  if (!options.json) {
    const time = Math.round(performance.now() - started);
    if (drifted) process.stdout.write(`${printPlan(planned)}\n`);
    process.stdout.write(
      `${drifted ? pc.green("generated") : pc.green("up to date")}: ${summary(planned)} in ${out} ${pc.dim(`(${time} ms)`)}\n${summaryOf(found)}\n`,
    );
  }
  return report(diagnostics, options, { ...counts(planned), loss: countLosses(found) });
}

/**
 * Follows an edit as soon as the file, or a folder, can be followed: what cannot may be only half there yet.
 * Undefined when nothing happens to it any more and it still cannot.
 */
async function followed(path: string, follow: () => Promise<Prepared | undefined>): Promise<Prepared | undefined> {
  const stamp = () => {
    const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    return `${size} ${mtimeMs}`;
  };
  const started = performance.now();
  let tried: string | undefined;
  let changed = started;
  for (let now = started; now - changed < SETTLE && now - started < MAX_SETTLE; now = performance.now()) {
    const seen = stamp();
    if (seen !== tried) {
      const prepared = await follow();
      if (prepared) return prepared;
      [tried, changed] = [seen, performance.now()];
    }
    await wait(LOOK);
  }
  return follow();
}

function counts({ added, changed, removed, unchanged }: Plan): object {
  return {
    files: added.length + changed.length + unchanged,
    added: added.length,
    changed: changed.length,
    removed: removed.length,
  };
}

function unsupportedIn({ schemas, contract }: LossReport): Loss[] {
  const all = [...schemas.flatMap(({ losses }) => losses()), ...contract];
  return all.filter(({ status }) => status === "unsupported");
}

function writeReport(path: string, losses: LossReport): void {
  try {
    writeFileSync(path, printLosses(losses));
  } catch (error) {
    throw new UsageError(`--report ${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? "error"})`);
  }
}
