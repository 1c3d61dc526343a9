import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Validator, type Violation, violationsOf } from "@agentwire/kit/validation";
import type { Diagnostics } from "../diagnostics/diagnostic.js";
import { folderLayout } from "../emit/layout.js";
import { emitKit } from "../emit/standalone.js";
import { Context } from "../emit/typescript/context.js";
import { ValidatorFiles } from "../emit/typescript/validators.js";
import type { Model } from "../model/types.js";
import { guardName } from "../names/names.js";
import type { Vector, VectorFile } from "./read.js";

/** What the generated validators said of one vector. */
export interface Verdict {
  readonly file: VectorFile;
  readonly vector: Vector;
  readonly violations: readonly Violation[];
  /** The vector's own claim was borne out. */
  readonly agrees: boolean;
}

/**
 * Judges every vector by generated code: the validators are emitted into a folder of their own and imported
 * from there, so what is judged is what users get, whatever state the committed output is in.
 */
export async function judge(files: readonly VectorFile[], model: Model, diagnostics: Diagnostics): Promise<Verdict[]> {
  const layout = folderLayout({ standalone: true });
  const context = new Context(model, layout, new Set(["validators"]));
  const folder = mkdtempSync(join(tmpdir(), "agentwire-vectors-"));
  try {
    const validators = new ValidatorFiles(context);
    const areas = new Set([...model.types.values()].map(({ area }) => area));
    for (const area of areas) for (const block of context.blocksOf(area)) validators.add(area, block);
    const output = validators.files();
    if (diagnostics.hasErrors) return [];
    for (const { path, text } of [...output, ...emitKit(), { path: "package.json", text: '{ "type": "module" }' }]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const verdicts: Verdict[] = [];
    for (const file of files) {
      const path = join(folder, `${layout.file(file.type.area, "validators")}.js`);
      const module = (await import(pathToFileURL(path).href)) as Record<string, Validator>;
      const validator = module[guardName(file.type.name)];
      if (!validator) throw new Error(`${path} has no validator of ${file.type.name}`);
      for (const vector of file.vectors) verdicts.push(judgeOne(file, vector, validator, diagnostics));
    }
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judgeOne(file: VectorFile, vector: Vector, validator: Validator, diagnostics: Diagnostics): Verdict {
  const violations = violationsOf(validator, vector.instance);
  const accepted = violations.length === 0;
  const verdict = (agrees: boolean): Verdict => ({ file, vector, violations, agrees });
  const { place } = vector;
  if (vector.valid) {
    if (!accepted) {
      diagnostics.add(
        "vector-rejected",
        `${file.type.name}: "${vector.describe}" is rejected: ${describe(violations)}`,
        { place },
      );
      return verdict(false);
    }
    const tolerantly = violationsOf(validator, vector.instance, true);
    if (tolerantly.length > 0) {
      diagnostics.add(
        "vector-rejected",
        `${file.type.name}: "${vector.describe}" is rejected by the tolerant validator: ${describe(tolerantly)}`,
        { place },
      );
      return verdict(false);
    }
    return verdict(true);
  }
  if (accepted) {
    diagnostics.add("vector-accepted", `${file.type.name}: "${vector.describe}" is accepted`, { place });
    return verdict(false);
  }
  const { keyword, at } = vector.violates ?? { keyword: "", at: "" };
  const found = violations.some((violation) => violation.keyword === keyword && violation.pointer === at);
  if (!found) {
    diagnostics.add(
      "vector-reason",
      `${file.type.name}: "${vector.describe}" should violate "${keyword}" at "${at}", but: ${describe(violations)}`,
      { place },
    );
  }
  return verdict(found);
}

function describe(violations: readonly Violation[]): string {
  return violations
    .slice(0, 3)
    .map(({ pointer, keyword, message }) => `"${keyword}" at "${pointer}" (${message})`)
    .join("; ");
}
