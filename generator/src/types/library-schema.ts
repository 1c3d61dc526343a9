import type { JSONSchema } from "json-schema-to-typescript";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "../model/keywords.js";
import type { NamedSchema } from "../model/schema.js";
import type { ModelSchema, TypeId } from "../model/types.js";
import { isObject, plainObject } from "../read/json.js";

/**
 * One self-contained schema in the dialect that json-schema-to-typescript reads: what the root refers to stands in
 * `$defs` under its name, so that the library has nothing to read and every name is ours.
 */
export function librarySchema(
  root: TypeId,
  schemas: ReadonlyMap<TypeId, NamedSchema>,
  names: ReadonlyMap<TypeId, string>,
): JSONSchema {
  const reference = (id: TypeId) => (id === root ? "#" : `#/$defs/${names.get(id) ?? ""}`);
  const named = (id: TypeId) => ({ ...converted(schemas.get(id)?.schema ?? true, reference), title: names.get(id) });
  const others = [...schemas.keys()].filter((id) => id !== root);
  const definitions = others.map((id) => [names.get(id) ?? "", named(id)] as const);
  return { ...named(root), $defs: plainObject(definitions) } as JSONSchema;
}

/**
 * What the library must not see. `tsType` and `tsEnumNames` would put the schema's text into the output as code; titles
 * and ids would name types in the order of the text; bounds on items would make tuples, of any length; a boolean
 * `default` would make a type.
 */
const hidden: ReadonlySet<string> = new Set([
  "tsType",
  "tsEnumNames",
  "extends",
  "id",
  "title",
  "minItems",
  "maxItems",
  "default",
]);

/** Without one of these a schema says nothing about types, and the library would take it for an object. */
const shaping = [
  ...["type", "enum", "const", "$ref", "allOf", "anyOf", "oneOf", "items", "prefixItems"],
  ...["properties", "patternProperties", "additionalProperties", "required"],
];

function converted(schema: ModelSchema, reference: (id: TypeId) => string): Record<string, unknown> {
  if (!isObject(schema)) return { tsType: schema ? "unknown" : "never" };
  const entries: [string, unknown][] = [];
  const inner = (value: unknown) => converted(value as ModelSchema, reference);
  for (const [keyword, value] of Object.entries(schema)) {
    if (hidden.has(keyword)) continue;
    if (keyword === "$ref") entries.push([keyword, reference(value as TypeId)]);
    else if (schemaListKeywords.has(keyword) && Array.isArray(value))
      entries.push([olderName(keyword, schema), value.map(inner)]);
    else if (schemaMapKeywords.has(keyword) && isObject(value))
      entries.push([
        keyword,
        plainObject(Object.entries(value).map(([key, one]) => [safeKey(keyword, key), inner(one)])),
      ]);
    else if (schemaKeywords.has(keyword))
      entries.push([olderName(keyword, schema), typeof value === "boolean" ? value : inner(value)]);
    else entries.push([keyword, value]);
  }
  // What comes after a tuple may be anything; the library takes it for the end.
  const isOpen = schema.prefixItems !== undefined && schema.items === undefined && schema.additionalItems === undefined;
  const plain = plainObject(isOpen ? [...entries, ["additionalItems", true]] : entries);
  if (!shaping.some((keyword) => Object.hasOwn(plain, keyword))) return { ...plain, tsType: "unknown" };
  return beside(withOpenMembers(plain));
}

/** An index signature must hold the named members too, so beside these the library's would be no valid type. */
function withOpenMembers(schema: Record<string, unknown>): Record<string, unknown> {
  if (!isObject(schema.properties) || Object.keys(schema.properties).length === 0) return schema;
  const { patternProperties, ...rest } = schema;
  return patternProperties === undefined && !isObject(rest.additionalProperties)
    ? schema
    : { ...rest, additionalProperties: true };
}

/** The library reads tuples as drafts before 2020-12 wrote them. */
function olderName(keyword: string, schema: object): string {
  if (keyword === "prefixItems") return "items";
  return keyword === "items" && Object.hasOwn(schema, "prefixItems") ? "additionalItems" : keyword;
}

/** The library prints patterns into comments, and guards only the first end of a comment in them. */
function safeKey(keyword: string, key: string): string {
  return keyword === "patternProperties" ? key.replaceAll("*/", "* /") : key;
}

/** Since 2019-09 a reference and what stands beside it both hold; the library would let one hide the other. */
function beside({ $ref, ...rest }: Record<string, unknown>): Record<string, unknown> {
  if ($ref === undefined) return rest;
  if (Object.keys(rest).length === 0) return { $ref };
  const { description, deprecated, allOf, ...asserted } = rest;
  const parts = [
    { $ref },
    ...(Array.isArray(allOf) ? allOf : []),
    ...(Object.keys(asserted).length === 0 ? [] : [asserted]),
  ];
  return {
    ...(description === undefined ? {} : { description }),
    ...(deprecated === undefined ? {} : { deprecated }),
    allOf: parts,
  };
}
