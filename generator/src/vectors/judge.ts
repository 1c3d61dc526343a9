import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { RawViolation, ValidateFunction, ValidatorModule } from "@agentwire/kit";
import type { Diagnostics } from "../diagnostics/diagnostic.js";
import { folderLayout } from "../emit/layout.js";
import { emitKit } from "../emit/standalone.js";
import { Context } from "../emit/typescript/context.js";
import { emitValidators } from "../emit/typescript/validators.js";
import type { Model } from "../model/types.js";
import type { Vector, VectorFile } from "./read.js";

/** What the generated validators said of one vector. */
export interface Verdict {
  readonly file: VectorFile;
  readonly vector: Vector;
  readonly violations: readonly RawViolation[];
  /** The vector's own claim was borne out. */
  readonly agrees: boolean;
}

/**
 * Judges every vector by generated code: the validators are emitted into a folder of their own and imported
 * from there, so what is judged is what users get, whatever state the committed output is in.
 */
export async function judge(files: readonly VectorFile[], model: Model, diagnostics: Diagnostics): Promise<Verdict[]> {
  const layout = folderLayout({ standalone: true });
  const context = new Context(model, layout);
  const folder = mkdtempSync(join(tmpdir(), "agentwire-vectors-"));
  try {
    const output = [...model.types.values()].flatMap((type) => emitValidators(context, type, diagnostics));
    if (diagnostics.hasErrors) return [];
    for (const { path, text } of [...output, ...emitKit(), { path: "package.json", text: '{ "type": "module" }' }]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const verdicts: Verdict[] = [];
    for (const file of files) {
      const load = async (mode: "strict" | "tolerant"): Promise<ValidateFunction> => {
        const path = join(folder, `${layout.validator(file.type.area, mode, file.type.name)}.js`);
        return ((await import(pathToFileURL(path).href)) as ValidatorModule).validate;
      };
      const [strict, tolerant] = [await load("strict"), await load("tolerant")];
      for (const vector of file.vectors) verdicts.push(judgeOne(file, vector, strict, tolerant, diagnostics));
    }
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judgeOne(
  file: VectorFile,
  vector: Vector,
  strict: ValidateFunction,
  tolerant: ValidateFunction,
  diagnostics: Diagnostics,
): Verdict {
  const accepted = strict(vector.instance);
  const violations = accepted ? [] : (strict.errors ?? []);
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
    if (!tolerant(vector.instance)) {
      diagnostics.add(
        "vector-rejected",
        `${file.type.name}: "${vector.describe}" is rejected by the tolerant validator: ${describe(tolerant.errors ?? [])}`,
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
  const found = violations.some((violation) => violation.keyword === keyword && violation.instancePath === at);
  if (!found) {
    diagnostics.add(
      "vector-reason",
      `${file.type.name}: "${vector.describe}" should violate "${keyword}" at "${at}", but: ${describe(violations)}`,
      { place },
    );
  }
  return verdict(found);
}

function describe(violations: readonly RawViolation[]): string {
  return violations
    .slice(0, 3)
    .map(({ instancePath, keyword, message }) => `"${keyword}" at "${instancePath}" (${message ?? ""})`)
    .join("; ");
}
