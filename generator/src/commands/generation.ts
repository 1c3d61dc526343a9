import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Diagnostic, Diagnostics } from "../diagnostics/diagnostic.js";
import type { Artefacts } from "../emit/artefacts.js";
import { emit, type Kept } from "../emit/emit.js";
import type { OutputFile } from "../emit/file.js";
import { Fragments } from "../emit/fragments.js";
import { folderLayout, packagesLayout } from "../emit/layout.js";
import { type LossReport, lossOf } from "../loss/loss.js";
import { type BuildOptions, type EditableModel, methodKey, readModel } from "../model/build.js";
import type { Model } from "../model/types.js";
import { type LockedNames, lockFile } from "../names/lock.js";
import { Progress } from "../print/progress.js";
import { type Plan, plan } from "../print/write.js";
import { defaultLimits, isTooDeep, replaceContent } from "../read/document.js";
import { JsonText, replaceAt } from "../read/edits.js";
import { isBelow } from "../read/loader.js";
import { pointerParts, valueAt } from "../read/pointer.js";
import { isReadByName, type Project, type ReadOptions, readProject } from "../read/read.js";
import { UsageError } from "./config.js";
import { type Naming, namesFor } from "./naming.js";
import { ownVersion } from "./version.js";

/** What to generate, and how; worked out from flags and configuration. */
export interface Settings {
  readonly read: ReadOptions;
  readonly out: string;
  readonly packages: string | undefined;
  readonly artefacts: Artefacts;
  readonly names: Naming;
  readonly services: readonly string[];
  readonly name: string | undefined;
  readonly standalone: boolean;
  readonly assertFormats: boolean;
}

/** What a run would do, before anything is written. */
export interface Prepared {
  readonly planned: Plan;
  /** Worked out when it is asked for: what is written need not wait for it. */
  readonly losses: () => LossReport;
}

/** What stays in memory between runs, so that the edit of one schema is followed in no time. */
interface Last {
  readonly project: Project;
  readonly source: EditableModel;
  readonly json: JsonText | undefined;
  readonly kept: Kept;
  readonly files: readonly OutputFile[];
  /** What was said of the contract when it was read as a whole. */
  readonly warnings: readonly Diagnostic[];
}

/** Generates once, or again and again as the contracts change. */
export class Generation {
  private last: Last | undefined;
  /** What was read last, be it of a contract that is broken. */
  private read: Project | undefined;
  /** What is known to stand on disk, as this process wrote it. */
  private written: readonly OutputFile[] = [];

  /** `again`: there will be further runs. */
  constructor(
    private readonly settings: Settings,
    private readonly again: boolean,
  ) {}

  /** Reads everything anew. Undefined when there are problems, which have been reported; then all stays as it was. */
  async whole(diagnostics: Diagnostics): Promise<Prepared | undefined> {
    const { read, out, names, services, name, assertFormats } = this.settings;
    const project = readProject(read, diagnostics);
    this.read = project;
    if (!project) return undefined;
    const options: BuildOptions = {
      services,
      ...(assertFormats ? {} : { assertFormats }),
      ...namesFor(names, out, diagnostics),
      ...(name === undefined ? {} : { name }),
    };
    const source = readModel(project, diagnostics, options);
    const missing = services.filter((wanted) => !source.model.services.some((service) => service.name === wanted));
    if (missing.length > 0) throw new UsageError(`no service called ${missing.join(", ")}`);
    if (diagnostics.hasErrors) return undefined;
    const json = this.again ? jsonTextOf(project) : undefined;
    const kept: Kept = { fragments: new Fragments(this.again), shared: new Map() };
    return this.prepare({ project, source, json, kept, warnings: [...diagnostics.list] }, diagnostics, plan);
  }

  /** Every file that the last run has asked for, be it one that is not there. */
  get asked(): ReadonlySet<string> {
    return this.read?.loader.asked ?? new Set();
  }

  /** Whether a run may give something else because something has happened to a file, or to a folder. */
  concerns(path: string): boolean {
    const spec = resolve(this.settings.read.spec);
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const { asked } = this;
    if (path === spec || asked.has(path)) return true;
    // A folder may have come with all that is in it, or gone.
    if ([...asked].some((each) => each !== path && isBelow(path, each))) return true;
    return isBelow(spec, path) && (isFolder || isReadByName(spec, path, asked));
  }

  /** Whether the last run read the contract as it is now. Editors save in several steps, and each is an event. */
  isCurrent(): boolean {
    const { last } = this;
    if (last?.project.kind !== "file") return false;
    const { json, project } = last;
    return [...project.loader.documents.values()].every((document) => {
      const bytes = bytesOf(document.path);
      // Of a document that was edited, the text is only made when it is asked for.
      return bytes && (json ? json.holds(bytes) : bytes.toString().replace(/^\uFEFF/, "") === document.text);
    });
  }

  /** Follows an edit inside one schema of a JSON contract. Undefined for any other change. */
  async edited(diagnostics: Diagnostics): Promise<Prepared | undefined> {
    const { last } = this;
    const document = last?.project.contracts[0];
    if (!last?.json || !document) return undefined;
    const { maxBytes } = this.settings.read.limits ?? defaultLimits;
    const bytes = bytesOf(document.path);
    const edit = !bytes || bytes.length > maxBytes ? undefined : last.json.edit(bytes, document.value);
    if (!bytes || !edit || isTooDeep(edit.value)) return undefined;
    const { pointer, value } = edit;
    const before = valueAt(document.value, pointer);
    replaceContent(document, bytes, replaceAt(document.value, pointerParts(pointer), value));
    const place = { document, pointer };
    // The document has changed already; without a model of it there is nothing to go on from.
    this.last = undefined;
    const source = last.source.edited(place, before);
    if (!source) return undefined;
    const id = `${document.name}#${pointer}`;
    const [old, now] = [last.source.model.types.get(id), source.model.types.get(id)];
    if (!old || !now) return undefined;
    const { fragments, shared } = last.kept;
    fragments.forget(id);
    for (const predicate of shared.get(now.area)?.replace(now.name, old.schema, now.schema) ?? [])
      fragments.forget(predicate);
    for (const warning of last.warnings) diagnostics.list.push(warning);
    return this.prepare({ ...last, source }, diagnostics, (out, files, said, how) =>
      plan(out, files, said, { ...how, written: this.written }),
    );
  }

  /** Notes that what the last run would write has been written. */
  wasWritten(): void {
    this.written = this.last?.files ?? [];
  }

  private async prepare(state: Omit<Last, "files">, diagnostics: Diagnostics, planFor: typeof plan): Promise<Prepared> {
    const { out, packages, artefacts, names, services, standalone } = this.settings;
    const { project, kept } = state;
    const { model } = state.source;
    const progress = planFor === plan ? new Progress() : undefined;
    const version = ownVersion();
    const files = await emit(model, project.loader, diagnostics, {
      artefacts,
      layout: packages === undefined ? folderLayout({ standalone }) : packagesLayout(packages),
      ...(packages === undefined || services.length > 0
        ? {}
        : { packages: { scope: packages, version, kitVersion: version } }),
      standalone,
      kept,
      ...(progress ? { progress: progress.update } : {}),
    }).finally(() => progress?.clear());
    if (names === "lock") files.push(kept.fragments.get("names", "", () => lockFile(namesIn(model))));
    const planned = planFor(out, files, diagnostics, { partial: services.length > 0 });
    if (this.again) this.last = { ...state, files };
    return { planned, losses: () => lossOf(model, diagnostics, artefacts.has("validators"), kept.fragments) };
  }
}

/** Edits are followed in contracts that are one JSON document. */
function jsonTextOf({ kind, contracts, loader }: Project): JsonText | undefined {
  const [document] = contracts;
  if (kind !== "file" || !document?.path.endsWith(".json") || loader.documents.size !== 1) return undefined;
  const bytes = bytesOf(document.path);
  // It may have changed again since it was read; then there is nothing to compare the next edit with.
  return bytes?.toString() === document.text ? new JsonText(bytes, document.value) : undefined;
}

/** The bytes of a file; undefined where there is none, as for a moment when an editor moves a new one into its place. */
function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function namesIn({ types, services }: Model): LockedNames {
  const methods = services.flatMap(({ place, operations, channels }) =>
    [...operations, ...channels].map((method) => [methodKey(place, method), method.name] as const),
  );
  return {
    types: new Map([...types.values()].map(({ id, name }) => [id, name])),
    methods: new Map(methods),
  };
}
