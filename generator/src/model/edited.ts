import { isDeepStrictEqual } from "node:util";
import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { isObject, member } from "../read/json.js";
import { valueAt } from "../read/pointer.js";
import type { EditableModel } from "./build.js";
import type { Marked } from "./bytes.js";
import { sameValueReferences } from "./json-types.js";
import { referencesIn } from "./references.js";
import type { SchemaReader } from "./schema.js";
import type { Model, TypeId } from "./types.js";

interface Source {
  readonly schemas: SchemaReader;
  /** No type depends on a dynamic scope or on the direction. */
  readonly isPlain: boolean;
  readonly bytes: Marked;
  readonly diagnostics: Diagnostics;
}

/** What gives a schema its identity or leads elsewhere; and what makes a difference between directions. */
const farReaching = /"(?:\$id|\$anchor|\$dynamicAnchor|\$dynamicRef|\$defs|definitions|readOnly|writeOnly|x-name)":/;

/** Lets a model follow edits of single schemas. */
export function editable(model: Model, source: Source): EditableModel {
  return { model, edited: (place, before) => edited(model, source, place, before) };
}

function edited(model: Model, source: Source, place: Place, before: unknown): EditableModel | undefined {
  const { schemas, isPlain, bytes, diagnostics } = source;
  const id: TypeId = `${place.document.name}#${place.pointer}`;
  const type = model.types.get(id);
  const after = valueAt(place.document.value, place.pointer);
  if (!isPlain || type?.origin !== "schema" || !place.pointer.startsWith("/components/schemas/")) return undefined;
  // A schema that only refers may be no type of its own; those inside it that have names change with it.
  if (!isWhole(before) || !isWhole(after) || schemas.wasLookedAt(id)) return undefined;
  for (const other of model.types.keys()) if (other.startsWith(`${id}/`)) return undefined;

  const [known, said] = [schemas.named.size, diagnostics.list.length];
  const schema = schemas.read({ place, value: after });
  schemas.drain();
  if (schemas.named.size !== known || diagnostics.list.length !== said) return undefined;
  const [had, has] = [referencesIn(type.schema), referencesIn(schema)];
  // What nothing else refers to would no longer be a type, unless it is a component.
  const dropped = [...had].filter((to) => !has.has(to));
  if (dropped.some((to) => !/#\/components\/schemas\/[^/]+$/.test(to))) return undefined;
  // Where the bytes are, and who cannot carry them, is found by following references.
  if (bytes.walked.has(id) || [...had, ...has].some((to) => bytes.holding.has(to))) return undefined;
  const [led, leads] = [sameValueReferences(type.schema), sameValueReferences(schema)].map((all) => all.sort());
  if (!isDeepStrictEqual(led, leads)) return undefined;

  schemas.replace(id, schema);
  const types = new Map(model.types).set(id, { ...type, schema });
  return editable({ ...model, types }, source);
}

function isWhole(value: unknown): boolean {
  return isObject(value) && member(value, "$ref") === undefined && !farReaching.test(JSON.stringify(value));
}
