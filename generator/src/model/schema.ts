import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { schemaName } from "../names/names.js";
import type { SourceDocument } from "../read/document.js";
import { type Found, foundAt } from "../read/found.js";
import { isObject, type JsonObject, objectMember, plainObject, setMember } from "../read/json.js";
import type { Loader } from "../read/loader.js";
import { pointerTo, valueAt } from "../read/pointer.js";
import { dynamicTarget, enter, noScope, ownResource, type Scope, scopeKey } from "./dynamic.js";
import { dropped, schemaKeywords, schemaListKeywords, schemaMapKeywords } from "./keywords.js";
import { bareType, mediaFormat } from "./media.js";
import { usePattern } from "./pattern.js";
import type { ModelSchema, TypeId } from "./types.js";
import { meaninglessIn } from "./vocabulary.js";
import { describe, misfit } from "./well-formed.js";

/** A schema that the contract names, or that a reference points to. */
export interface NamedSchema {
  readonly id: TypeId;
  readonly place: Place;
  readonly schema: ModelSchema;
  /** The dynamic scope it is read in, where that is not its own document's. */
  readonly scope?: Scope;
}

/**
 * Turns schemas of documents into model schemas. A reference becomes the id of its target, and the target
 * is queued, so that cycles of any length need no recursion; recursion is only into one document, whose
 * depth the reader has bounded.
 */
export class SchemaReader {
  readonly named = new Map<TypeId, NamedSchema>();
  /** Which of `readOnly` and `writeOnly` have been met. */
  readonly marks = new Set<string>();
  /** Types with a `$dynamicRef` of their own. */
  readonly dynamic = new Set<TypeId>();
  private readonly queue: { id: TypeId; place: Place; scope: Scope }[] = [];
  /** By the object in its document: shared parameters and responses are read once, whoever refers to them. */
  private readonly converted = new Map<string, WeakMap<object, ModelSchema>>();
  /** The type that is being read, and what of it has a `$dynamicRef` inside. */
  private reading: TypeId | undefined;
  private readonly lookedAt = new Set<TypeId>();
  private dynamicMet = 0;
  private readonly meaningless = new Map<SourceDocument, ReadonlySet<string>>();
  private readonly dynamicParts = new Set<ModelSchema>();

  /**
   * `scoped` are the types that lead to a `$dynamicRef`, from an earlier reading: these are read anew for each dynamic
   * scope. Without, `$dynamicRef` is read like `$ref`.
   */
  constructor(
    private readonly loader: Loader,
    private readonly diagnostics: Diagnostics,
    private readonly scoped?: ReadonlySet<TypeId>,
  ) {}

  /** The id of the schema at a place, which gets a name of its own. */
  name(given: Place, outer: Scope = noScope): TypeId {
    // What has been named at its own place is at home there.
    const known = `${given.document.name}#${given.pointer}`;
    if (!this.scoped && this.named.has(known)) return known;
    const place = this.home(given);
    const base = `${place.document.name}#${place.pointer}`;
    const resource = this.loader.resourceAt(place);
    const own = enter(noScope, resource);
    const isScoped = this.scoped?.has(base) === true;
    const scope = isScoped ? enter(outer, resource) : own;
    const id = !isScoped || scopeKey(scope) === scopeKey(own) ? base : `${base}?${scopeKey(scope)}`;
    if (!this.named.has(id)) {
      this.named.set(id, { id, place, schema: true, ...(id === base ? {} : { scope }) });
      this.queue.push({ id, place, scope });
    }
    return id;
  }

  /** `Pet: { $ref: ./pet.yaml }` is no second schema: where a lone reference has its target's name, it is its target. */
  private home(place: Place): Place {
    const visited = new Set<unknown>();
    let at = place;
    for (;;) {
      const value = valueAt(at.document.value, at.pointer);
      if (!isObject(value) || Object.keys(value).length !== 1 || typeof value.$ref !== "string") return at;
      if (visited.has(value)) return place;
      visited.add(value);
      const target = this.loader.resolve(value.$ref, { ...at, pointer: pointerTo(at.pointer, "$ref") });
      if (!target || schemaName(target) !== schemaName(at)) return at;
      at = target;
    }
  }

  /** Takes the new form of a schema that was edited. */
  replace(id: TypeId, schema: ModelSchema): void {
    const known = this.named.get(id);
    if (known) this.named.set(id, { ...known, schema });
  }

  /** The schema of a type, for those who decide something by what it says. */
  readonly lookup = (id: TypeId): ModelSchema | undefined => {
    this.drain();
    this.lookedAt.add(id);
    return this.named.get(id)?.schema;
  };

  /** Whether something beside its type has been decided by what a schema says. */
  wasLookedAt(id: TypeId): boolean {
    return this.lookedAt.has(id);
  }

  /** Reads everything that was named, and everything that reaches. */
  drain(): void {
    for (let next = this.queue.pop(); next; next = this.queue.pop()) {
      const { id, place, scope } = next;
      this.reading = id;
      const schema = this.convert(valueAt(place.document.value, place.pointer), place, scope);
      const known = this.named.get(id);
      this.named.set(id, { ...known, id, place, schema });
    }
    this.reading = undefined;
  }

  /** The model schema that was found at a place. A lone reference stays a reference. */
  read({ value, place }: Found): ModelSchema {
    return this.convert(value, place, enter(noScope, this.loader.resourceAt(place)));
  }

  private convert(value: unknown, place: Place, outer: Scope): ModelSchema {
    if (typeof value === "boolean") return value;
    if (!isObject(value)) {
      this.diagnostics.add("schema-invalid", `a schema must be an object, true or false; this is ${describe(value)}`, {
        place,
      });
      return true;
    }
    if (this.isPlain(value, place.document)) return value;
    const resource = ownResource(value, place, this.loader);
    const scope = resource ? enter(outer, resource) : outer;
    const key = this.scoped ? scopeKey(scope) : "";
    let converted = this.converted.get(key);
    if (!converted) {
      converted = new WeakMap();
      this.converted.set(key, converted);
    }
    const known = converted.get(value);
    if (known !== undefined) {
      if (this.dynamicParts.has(known)) this.meetDynamic();
      return known;
    }
    const before = this.dynamicMet;
    const schema = asBytes(fromOpenApi30(this.convertMembers(value, place, scope)));
    converted.set(value, schema);
    if (this.dynamicMet > before) this.dynamicParts.add(schema);
    return schema;
  }

  /** Most schemas hold no other and no reference: these are their own model as they stand. */
  private isPlain(value: JsonObject, document: SourceDocument): boolean {
    const meaningless = this.meaninglessIn(document);
    for (const keyword in value)
      if (special.has(keyword) || meaningless.has(keyword) || misfit(keyword, value[keyword]) !== undefined)
        return false;
    return true;
  }

  private meetDynamic(): void {
    this.dynamicMet++;
    if (this.reading !== undefined) this.dynamic.add(this.reading);
  }

  private convertMembers(value: JsonObject, place: Place, scope: Scope): JsonObject {
    const members: Record<string, unknown> = {};
    const meaningless = this.meaninglessIn(place.document);
    for (const keyword in value) {
      if (dropped.has(keyword) || meaningless.has(keyword)) continue;
      const inner = value[keyword];
      const expected = misfit(keyword, inner);
      if (expected === undefined && !special.has(keyword)) {
        setMember(members, keyword, inner);
        continue;
      }
      const at: Place = { document: place.document, pointer: pointerTo(place.pointer, keyword) };
      if (expected !== undefined) {
        this.diagnostics.add("schema-invalid", `${keyword} must be ${expected}; this is ${describe(inner)}`, {
          place: at,
        });
        continue;
      }
      if (keyword === "$ref") {
        const target = this.loader.resolve(inner, at);
        if (target) also(members, this.name(target, scope));
      } else if (keyword === "$dynamicRef") {
        this.meetDynamic();
        const first = this.loader.resolve(inner, at);
        if (first) also(members, this.name(dynamicTarget(String(inner), first, scope), scope));
      } else if (keyword === "discriminator" && isObject(inner)) {
        // With a default, values without a known tag are valid too: then the variants' own schemas tell them apart.
        if (inner.defaultMapping === undefined) members.discriminator = this.discriminator(inner, at);
      } else if (schemaKeywords.has(keyword) && !Array.isArray(inner)) {
        members[keyword] = this.convert(inner, at, scope);
      } else if ((schemaListKeywords.has(keyword) || schemaKeywords.has(keyword)) && Array.isArray(inner)) {
        const list = inner.map((item, index) =>
          this.convert(item, { ...at, pointer: pointerTo(at.pointer, index) }, scope),
        );
        const together = keyword === "allOf" && Array.isArray(members.allOf) ? [...members.allOf, ...list] : list;
        members[keyword === "items" ? "prefixItems" : keyword] = together;
      } else if (schemaMapKeywords.has(keyword) && isObject(inner)) {
        if (keyword === "patternProperties") {
          for (const key of Object.keys(inner)) this.checkPattern(key, { ...at, pointer: pointerTo(at.pointer, key) });
        }
        members[keyword] = this.convertMap(inner, at, scope);
      } else {
        if (keyword === "pattern" && typeof inner === "string") this.checkPattern(inner, at);
        if (inner === true && (keyword === "readOnly" || keyword === "writeOnly")) this.marks.add(keyword);
        setMember(members, keyword, inner);
      }
    }
    return members;
  }

  private meaninglessIn(document: SourceDocument): ReadonlySet<string> {
    let keywords = this.meaningless.get(document);
    if (!keywords) {
      keywords = meaninglessIn(document, this.loader);
      this.meaningless.set(document, keywords);
    }
    return keywords;
  }

  /** A mapping names its targets by reference, or by their names under `components/schemas` (OpenAPI 3.1, §4.8.25). */
  private discriminator(discriminator: JsonObject, place: Place): JsonObject {
    const { document } = place;
    const mapping: Record<string, unknown> = {};
    for (const [value, target] of Object.entries(objectMember(discriminator, "mapping") ?? {})) {
      if (typeof target !== "string") continue;
      const component = pointerTo("", "components", "schemas", target);
      const isName = /^[\w.-]+$/.test(target) && valueAt(document.value, component) !== undefined;
      const at: Place = { document, pointer: pointerTo(place.pointer, "mapping", value) };
      const found = isName ? { document, pointer: component } : this.loader.resolve(target, at);
      if (found) setMember(mapping, value, this.name(found));
    }
    return { ...discriminator, mapping };
  }

  private checkPattern(pattern: string, place: Place): void {
    const use = usePattern(pattern);
    if (use.kind === "invalid")
      this.diagnostics.add("pattern-invalid", `the pattern is no regular expression: ${use.reason}`, { place });
    if (use.kind === "catastrophic")
      this.diagnostics.add(
        "pattern-catastrophic",
        `on some texts the pattern may take RegExp time out of all proportion, and nothing else can judge it: ${use.reason}`,
        { place },
      );
  }

  /** A map of schemas. Contracts in the wild also put a reference where the whole map should be. */
  private convertMap(map: JsonObject, place: Place, scope: Scope): Record<string, unknown> {
    if (typeof map.$ref === "string" && Object.keys(map).length === 1) {
      const target = this.loader.resolve(map.$ref, {
        document: place.document,
        pointer: pointerTo(place.pointer, "$ref"),
      });
      const followed = target && this.loader.follow(foundAt(target));
      return followed && isObject(followed.value) ? this.convertMap(followed.value, followed.place, scope) : {};
    }
    const members: Record<string, unknown> = {};
    for (const key in map) {
      const at: Place = { document: place.document, pointer: pointerTo(place.pointer, key) };
      setMember(members, key, this.convert(map[key], at, scope));
    }
    return members;
  }
}

/** What is more than data to copy: schemas inside, references, and what is to be looked at or said in another way. */
const special: ReadonlySet<string> = new Set([
  ...dropped,
  ...schemaKeywords,
  ...schemaListKeywords,
  ...schemaMapKeywords,
  ...["$ref", "$dynamicRef", "discriminator", "pattern", "readOnly", "writeOnly"],
  ...["nullable", "exclusiveMinimum", "exclusiveMaximum", "contentMediaType"],
]);

/** Adds a reference; a second one, beside `$ref`, must be satisfied too. */
function also(members: Record<string, unknown>, id: TypeId): void {
  if (members.$ref === undefined) members.$ref = id;
  else members.allOf = [...(Array.isArray(members.allOf) ? members.allOf : []), { $ref: id }];
}

/** OpenAPI 3.0 spells null and exclusive bounds in its own way; 2020-12 has no `nullable`. */
function fromOpenApi30(schema: JsonObject): ModelSchema {
  if (schema.nullable === undefined && schema.exclusiveMinimum === undefined && schema.exclusiveMaximum === undefined)
    return schema;
  const { nullable, exclusiveMinimum, exclusiveMaximum, minimum, maximum, ...rest } = schema;
  const bounds: [string, unknown][] = [];
  if (exclusiveMinimum === true) bounds.push(["exclusiveMinimum", minimum]);
  else if (minimum !== undefined) bounds.push(["minimum", minimum]);
  if (exclusiveMaximum === true) bounds.push(["exclusiveMaximum", maximum]);
  else if (maximum !== undefined) bounds.push(["maximum", maximum]);
  if (typeof exclusiveMinimum === "number") bounds.push(["exclusiveMinimum", exclusiveMinimum]);
  if (typeof exclusiveMaximum === "number") bounds.push(["exclusiveMaximum", exclusiveMaximum]);
  const bounded = bounds.length === 0 ? rest : plainObject([...Object.entries(rest), ...bounds]);
  return nullable === true ? withNull(bounded) : bounded;
}

/** Texts whose media type is none of texts are bytes, unless they are encoded: since 3.1 that is how files are said. */
function asBytes(schema: ModelSchema): ModelSchema {
  if (typeof schema === "boolean" || typeof schema.contentMediaType !== "string") return schema;
  const isPlain = schema.contentEncoding === undefined && schema.format === undefined;
  const isText = [schema.type].flat().includes("string");
  if (!isPlain || !isText || mediaFormat(bareType(schema.contentMediaType)) !== "binary") return schema;
  return { ...schema, format: "binary" };
}

function withNull(schema: JsonObject): ModelSchema {
  const { type } = schema;
  if (
    typeof type === "string" &&
    schema.$ref === undefined &&
    schema.enum === undefined &&
    schema.allOf === undefined
  ) {
    return { ...schema, type: [type, "null"] };
  }
  const { description, ...predicate } = schema;
  const alternatives = { anyOf: [predicate, { type: "null" }] };
  return description === undefined ? alternatives : { description, ...alternatives };
}
