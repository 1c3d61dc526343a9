import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { isObject, type JsonObject, plainObject } from "../read/json.js";
import { bareType, mediaFormat } from "./media.js";
import { addUser, leadingTo, schemasIn } from "./references.js";
import type { ModelSchema, ServiceModel, TypeId, TypeModel } from "./types.js";

type Types = ReadonlyMap<TypeId, TypeModel>;
/** A form with its fields; or a field or a whole body, which may be bytes. */
type Level = "form" | "value";

/** The types of a model once it is known which of their texts are bytes. */
export interface Marked {
  readonly types: Types;
  /** Types that a form or a body of bytes is made of. */
  readonly walked: ReadonlySet<TypeId>;
  /** Types whose values have bytes in them. */
  readonly holding: ReadonlySet<TypeId>;
}

/** Whether the schema of a part, or of a whole body, means bytes (OpenAPI 3.0 §4.7.14.2, 3.1 §4.8.14.2). */
export function saysBytes({ type, format, contentMediaType, contentEncoding }: JsonObject): boolean {
  const types = [type].flat();
  if (format === "binary") return types.includes("string");
  return (
    typeof contentMediaType === "string" &&
    contentEncoding === undefined &&
    (type === undefined || types.includes("string")) &&
    mediaFormat(bareType(contentMediaType)) === "binary"
  );
}

/**
 * Marks the texts that are bytes with `x-binary`: parts of `multipart` and whole bodies. Everywhere else, as in JSON,
 * `format: binary` is text like any other. A type used in both ways keeps its bytes, and that is reported.
 */
export function markBytes(types: Types, services: readonly ServiceModel[], diagnostics: Diagnostics): Marked {
  const walk = new Walk(types);
  for (const { content } of contentsOf(services))
    for (const { schema, format } of content)
      if (schema !== undefined && (format === "multipart" || format === "binary"))
        walk.from(schema, format === "multipart" ? "form" : "value");
  const { found, walked } = walk;
  if (found.size === 0) return { types, walked, holding: new Set() };

  const marked = new Map(types);
  for (const [id, schemas] of found) {
    const type = types.get(id);
    if (type) marked.set(id, { ...type, schema: withMarks(type.schema, schemas) as ModelSchema });
  }
  const holding = leadingTo(found.keys(), walk.users);
  const refuse = (what: string, holding: TypeId, place: Place) => {
    const said = `${what} has bytes in it, those of ${types.get(holding)?.name}, which it cannot carry`;
    diagnostics.add("not-supported", said, { place });
  };
  for (const { content, operation, place } of contentsOf(services))
    for (const { schema, format, type } of content)
      if (schema !== undefined && holding.has(schema) && format !== "multipart" && format !== "binary")
        refuse(`${type} of ${operation}`, schema, place);
  // A type made for an operation is referred to by nothing else.
  const isNamed = [...holding].some((id) => types.get(id)?.origin === "schema");
  for (const { name, origin, schema, place } of isNamed ? types.values() : []) {
    if (origin === "request") continue;
    for (const part of schemasIn(schema))
      if (typeof part.$ref === "string" && holding.has(part.$ref) && !walk.references.has(part))
        refuse(`the JSON of ${name}`, part.$ref, place);
  }
  return { types: marked, walked, holding };
}

function contentsOf(services: readonly ServiceModel[]) {
  return services.flatMap(({ operations }) =>
    operations.flatMap(({ name, place, body, responses }) =>
      [body, ...responses].flatMap((holder) => (holder ? [{ content: holder.content, operation: name, place }] : [])),
    ),
  );
}

/** Follows the schemas of forms and bodies to all that may be bytes in them. */
class Walk {
  /** The schemas that mean bytes, by the type that they stand in. */
  readonly found = new Map<TypeId, Set<JsonObject>>();
  readonly walked = new Set<TypeId>();
  /** The references that were followed. */
  readonly references = new Set<JsonObject>();
  readonly users = new Map<TypeId, TypeId[]>();
  private readonly seen: Readonly<Record<Level, Set<JsonObject>>> = { form: new Set(), value: new Set() };

  constructor(private readonly types: Types) {}

  from(root: TypeId, level: Level): void {
    const pending: { schema: unknown; level: Level; holder: TypeId }[] = [];
    const enter = (id: TypeId, at: Level) => {
      this.walked.add(id);
      pending.push({ schema: this.types.get(id)?.schema, level: at, holder: id });
    };
    enter(root, level);
    for (let next = pending.pop(); next; next = pending.pop()) {
      const { schema, level, holder } = next;
      if (!isObject(schema) || this.seen[level].has(schema)) continue;
      this.seen[level].add(schema);
      if (level === "value" && saysBytes(schema)) this.add(holder, schema);
      if (typeof schema.$ref === "string") {
        this.references.add(schema);
        addUser(this.users, schema.$ref, holder);
        enter(schema.$ref, level);
      }
      for (const inner of sameValue(schema)) pending.push({ schema: inner, level, holder });
      const parts = level === "form" ? membersOf(schema) : [schema.items, schema.prefixItems].flat();
      for (const part of parts) pending.push({ schema: part, level: "value", holder });
    }
  }

  private add(holder: TypeId, schema: JsonObject): void {
    const known = this.found.get(holder);
    if (known) known.add(schema);
    else this.found.set(holder, new Set([schema]));
  }
}

/** The schemas inside one that speak of the same value. */
function sameValue({ allOf, anyOf, oneOf, then, else: otherwise, dependentSchemas }: JsonObject): unknown[] {
  return [
    allOf,
    anyOf,
    oneOf,
    then,
    otherwise,
    isObject(dependentSchemas) ? Object.values(dependentSchemas) : [],
  ].flat();
}

function membersOf({ properties, patternProperties, additionalProperties, unevaluatedProperties }: JsonObject) {
  const named = [properties, patternProperties].flatMap((map) => (isObject(map) ? Object.values(map) : []));
  return [...named, additionalProperties, unevaluatedProperties];
}

/** A copy of a schema in which some of those inside it are marked. Recursion is bounded by the document's depth. */
function withMarks(value: unknown, marked: ReadonlySet<unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => withMarks(item, marked));
  if (!isObject(value)) return value;
  const copy = plainObject(Object.entries(value).map(([key, inner]) => [key, withMarks(inner, marked)]));
  return marked.has(value) ? { ...copy, "x-binary": true } : copy;
}
