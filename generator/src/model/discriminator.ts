import { isObject, objectMember, textMember } from "../read/json.js";
import { addAll } from "../read/lists.js";
import { allTypes, bits, ownTypes, typesOf } from "./json-types.js";
import type { ModelSchema, TypeId } from "./types.js";

type Lookup = (id: TypeId) => ModelSchema | undefined;

/** The member that tells the variants of a union apart, and which of its values stand for which variant. */
export interface Discriminator {
  readonly name: string;
  /** For each variant, in the variants' order. */
  readonly values: readonly (readonly string[])[];
  /** The variants leave the member open; that it says which is meant, only the union's `discriminator` says. */
  readonly declared: boolean;
  /** The one branch that is just null, beside the variants; it has no values. */
  readonly nullAt?: number;
}

/**
 * How the variants of a union are told apart: by a required member that each fixes to texts of its own, or by the
 * union's `discriminator` (OpenAPI 3.x, Discriminator Object). Undefined where nothing does.
 */
export function discriminatorOf(
  union: ModelSchema,
  branches: readonly ModelSchema[],
  lookup: Lookup,
): Discriminator | undefined {
  const nullAt = branches.findIndex(isJustNull);
  if (nullAt < 0) return amongVariants(union, branches, lookup);
  const found = amongVariants(
    union,
    branches.filter((_, index) => index !== nullAt),
    lookup,
  );
  return found && { ...found, values: found.values.toSpliced(nullAt, 0, []), nullAt };
}

function amongVariants(
  union: ModelSchema,
  branches: readonly ModelSchema[],
  lookup: Lookup,
): Discriminator | undefined {
  if (branches.length < 2) return undefined;
  const tags = branches.map((branch) => tagsOf(branch, lookup));
  const declared = objectMember(union, "discriminator");
  const wanted = textMember(declared, "propertyName");
  // A member tells nothing of a value that is no object, which a variant without a `type` allows too.
  if (wanted === undefined && !branches.every((branch) => isObjectType(union, branch, lookup))) return undefined;
  const [first] = tags;
  for (const name of wanted === undefined ? (first?.fixed.keys() ?? []) : [wanted]) {
    const values = tags.map((tag) => tag.fixed.get(name) ?? []);
    if (areDistinct(values)) return { name, values, declared: false };
  }
  if (wanted === undefined || !tags.every(({ required }) => required.has(wanted))) return undefined;
  const mapping = Object.entries(objectMember(declared, "mapping") ?? {});
  const values = branches.map((branch, index) => {
    const fixed = tags[index]?.fixed.get(wanted);
    const reference = textMember(branch, "$ref");
    if (fixed || reference === undefined) return fixed ?? [];
    const mapped = mapping.filter(([, target]) => target === reference).map(([value]) => value);
    return mapped.length > 0 ? mapped : [implicitName(reference)];
  });
  return areDistinct(values) ? { name: wanted, values, declared: true } : undefined;
}

function isObjectType(union: ModelSchema, branch: ModelSchema, lookup: Lookup): boolean {
  const allowed = isObject(union) ? ownTypes(union) : allTypes;
  return (typesOf(branch, lookup) & allowed & ~bits.object) === 0;
}

/** `type: "null"` and no more; two of them, of which `oneOf` allows neither, are no variants. */
function isJustNull(branch: ModelSchema): boolean {
  return isObject(branch) && branch.type === "null" && Object.keys(branch).every((key) => nullKeys.has(key));
}

const nullKeys: ReadonlySet<string> = new Set(["type", "title", "description"]);

/** A variant without a mapping is meant by the name of its schema. */
function implicitName(id: TypeId): string {
  return (id.split("?")[0]?.split("/").at(-1) ?? id).replace(/\.(schema\.)?(json|ya?ml)#?$/, "");
}

function areDistinct(values: readonly (readonly string[])[]): boolean {
  const all = values.flat();
  return values.every((one) => one.length > 0) && new Set(all).size === all.length;
}

interface Tags {
  readonly required: ReadonlySet<string>;
  /** Required members that can only be one of some texts. */
  readonly fixed: ReadonlyMap<string, readonly string[]>;
}

/** What a variant requires, and fixes, seen through references and `allOf`. */
function tagsOf(schema: ModelSchema, lookup: Lookup): Tags {
  const required = new Set<string>();
  const fixed = new Map<string, readonly string[]>();
  const seen = new Set<unknown>();
  const pending: (ModelSchema | undefined)[] = [schema];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "boolean" || seen.has(next)) continue;
    seen.add(next);
    if (typeof next.$ref === "string") pending.push(lookup(next.$ref));
    if (Array.isArray(next.allOf)) addAll(pending, next.allOf as ModelSchema[]);
    if (Array.isArray(next.required)) for (const name of next.required) required.add(String(name));
    for (const [name, member] of Object.entries(isObject(next.properties) ? next.properties : {})) {
      const texts = textsOf(member);
      const known = fixed.get(name);
      if (texts && (known === undefined || texts.length < known.length)) fixed.set(name, texts);
    }
  }
  for (const name of fixed.keys()) if (!required.has(name)) fixed.delete(name);
  return { required, fixed };
}

function textsOf(schema: unknown): readonly string[] | undefined {
  if (!isObject(schema)) return undefined;
  const values = Object.hasOwn(schema, "const") ? [schema.const] : schema.enum;
  const isTexts = Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === "string");
  return isTexts ? values : undefined;
}
