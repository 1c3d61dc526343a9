import { basename, posix } from "node:path";
import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import type { Model, TypeModel } from "../model/types.js";
import { vectorStem } from "../names/names.js";
import { isObject, member, textMember } from "../read/json.js";
import { pointerTo } from "../read/pointer.js";
import type { Project } from "../read/read.js";

/** A golden wire example: an instance, and whether the schema must accept it. */
export interface Vector {
  readonly describe: string;
  readonly valid: boolean;
  readonly instance: unknown;
  /** For an invalid one: the keyword it violates, and the JSON pointer of the value that does. */
  readonly violates?: { readonly keyword: string; readonly at: string };
  readonly place: Place;
}

export interface VectorFile {
  readonly type: TypeModel;
  readonly vectors: readonly Vector[];
}

/** The vectors of a project, by type. Malformed and orphaned files are reported. */
export function readVectors(project: Project, model: Model, diagnostics: Diagnostics): VectorFile[] {
  const homes = new Map<string, TypeModel>();
  for (const type of model.types.values()) {
    if (type.origin === "schema" && type.place.pointer === "") homes.set(vectorPath(type.place.document.name), type);
  }
  return project.vectorFiles.flatMap((document): VectorFile[] => {
    const type = homes.get(document.name);
    if (!type) {
      diagnostics.add("vector-orphan", `no schema belongs to ${document.name}`, { place: { document, pointer: "" } });
      return [];
    }
    if (!Array.isArray(document.value)) {
      diagnostics.add("vector-file", `${document.name} is not a list`, { place: { document, pointer: "" } });
      return [];
    }
    const names = new Set<string>();
    const vectors = document.value.flatMap((value, index) => {
      const place = { document, pointer: pointerTo("", index) };
      const vector = readVector(value, place, diagnostics);
      if (vector && names.has(vector.describe))
        diagnostics.add("vector-file", `two vectors are described as "${vector.describe}"`, { place });
      if (vector) names.add(vector.describe);
      return vector ? [vector] : [];
    });
    return [{ type, vectors }];
  });
}

/** `v1/runtime/schemas/run-status.schema.json` → `v1/runtime/vectors/run-status.json`. */
export function vectorPath(schemaFile: string): string {
  return posix.join(posix.dirname(posix.dirname(schemaFile)), "vectors", `${vectorStem(basename(schemaFile))}.json`);
}

function readVector(value: unknown, place: Place, diagnostics: Diagnostics): Vector | undefined {
  const problem = (message: string) => {
    diagnostics.add("vector-file", message, { place });
    return undefined;
  };
  if (!isObject(value)) return problem("a vector must be an object");
  const describe = textMember(value, "describe");
  const valid = member(value, "valid");
  if (describe === undefined || describe === "") return problem("a vector needs `describe`, a sentence");
  if (typeof valid !== "boolean") return problem("a vector needs `valid`, true or false");
  if (!Object.hasOwn(value, "instance")) return problem("a vector needs `instance`, the value to judge");
  const unknown = Object.keys(value).find((key) => !["describe", "valid", "instance", "violates"].includes(key));
  if (unknown !== undefined) return problem(`a vector has no member "${unknown}"`);
  const violates = member(value, "violates");
  const [keyword, at] = [textMember(violates, "keyword"), textMember(violates, "at")];
  if (valid)
    return violates === undefined
      ? { describe, valid, instance: value.instance, place }
      : problem("a valid vector violates nothing");
  if (keyword === undefined || at === undefined) return problem("an invalid vector needs `violates: { keyword, at }`");
  return { describe, valid, instance: value.instance, violates: { keyword, at }, place };
}
