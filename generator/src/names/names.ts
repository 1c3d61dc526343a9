import { basename } from "node:path";
import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { objectMember, textMember } from "../read/json.js";
import { pointerParts, valueAt } from "../read/pointer.js";
import { reservedMethods, reservedTypes } from "./reserved.js";
import { pascalCase, wordsOf } from "./words.js";

/**
 * What a schema is called. The name comes from its identity: `x-name`, else the key under `components/schemas`
 * or `$defs`, else the title of a schema file, else the file's name. Never from order.
 */
export function schemaName(place: Place): string {
  const source = valueAt(place.document.value, place.pointer);
  const given = textMember(source, "x-name");
  if (given !== undefined) return given;
  const parts = pointerParts(place.pointer);
  const key = parts.at(-1);
  const holder = parts.at(-2);
  if (key === undefined) return pascalCase(textMember(source, "title") ?? fileStem(place.document.name));
  if (holder === "schemas" && parts[0] === "components") return pascalCase(key);
  if (holder === "$defs" || holder === "definitions") {
    const owner: Place = { document: place.document, pointer: place.pointer.split("/").slice(0, -2).join("/") };
    const ownerIsFile = owner.pointer === "";
    return ownerIsFile && textMember(source, "title") !== undefined
      ? pascalCase(textMember(source, "title") as string)
      : pascalCase(`${ownerIsFile && isLibrary(owner) ? "" : schemaName(owner)} ${key}`);
  }
  // A reference into the middle of something: name it by the nearest names on its way.
  const named = parts.filter((part) => !structural.has(part) && wordsOf(part).length > 0);
  return pascalCase(named.slice(-3).join(" "));
}

const structural = new Set([
  "components",
  "schemas",
  "paths",
  "properties",
  "items",
  "allOf",
  "anyOf",
  "oneOf",
  "content",
  "schema",
  "responses",
  "application/json",
  "parameters",
  "requestBody",
  "$defs",
  "definitions",
  "additionalProperties",
  "prefixItems",
]);

/** A file that only holds definitions has no type of its own to put before their names. */
function isLibrary({ document }: Place): boolean {
  return objectMember(document.value, "$defs") !== undefined && textMember(document.value, "title") === undefined;
}

function fileStem(name: string): string {
  return basename(name).replace(/(\.schema)?\.(json|ya?ml)$/, "");
}

/** The name of the schema's vector file, without `.json`. */
export function vectorStem(documentName: string): string {
  return fileStem(documentName);
}

/** Whether a text can be declared as a name. */
export function isName(text: string): boolean {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(text) && !/[\u{10000}-\u{10ffff}]/u.test(text);
}

/** More of what a place is, nearest first: the steps that lead to it, but for the last, which names it. */
export function qualifiersOf({ document, pointer }: Place): string[] {
  // What stands under `components` is known by that name wherever its document lies.
  const home = pointer.startsWith("/components/") ? [] : document.name.replace(/\.[^./]*$/, "").split("/");
  const steps = [...home, ...pointerParts(pointer)];
  return steps
    .slice(0, -1)
    .filter((step) => !structural.has(step) && wordsOf(step).length > 0)
    .reverse();
}

const noNames: ReadonlySet<string> = new Set();

/**
 * A type name that can be declared: not empty, and no word that TypeScript or generated code keeps for itself.
 * `classes` are the clients and servers of this run, which are exported beside the types.
 */
export function usableTypeName(
  name: string,
  place: Place,
  diagnostics: Diagnostics,
  classes: ReadonlySet<string> = noNames,
  fallback?: string,
): string {
  if (!isName(name)) {
    if (fallback !== undefined) return fallback;
    diagnostics.add("name-unusable", `"${name}" cannot be the name of a type`, { place });
    return "";
  }
  return reservedTypes.has(name) || classes.has(name) ? `${name}_` : name;
}

/** A method name that hides nothing of the kit's base classes. */
export function usableMethodName(name: string, place: Place, diagnostics: Diagnostics): string {
  if (!isName(name)) {
    diagnostics.add("name-unusable", `"${name}" cannot be the name of a method`, { place });
    return "";
  }
  return reservedMethods.has(name) ? `${name}_` : name;
}

/** The validator of a type, a type guard. */
export function guardName(typeName: string): string {
  return `is${typeName}`;
}

/** The function that says what a type's validator has looked at in a value. */
export function collectorName(typeName: string): string {
  return `evaluated${typeName}`;
}
