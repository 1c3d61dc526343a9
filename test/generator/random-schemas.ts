/** Random schemas, and values that are or nearly are valid for them. */
import fc from "fast-check";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type RandomSchema = boolean | { readonly [keyword: string]: unknown };

export const memberNames = ["a", "b", "c", "x-d"] as const;
const names = fc.constantFrom(...memberNames);
const scalars = fc.constantFrom<Json>(null, true, false, 0, 1, 2.5, 1e15, "", "a", "b", "long text", "🎉", "é");

export const values = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    scalars,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(names, tie("value"), { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<Json>,
  ),
})).value;

/** What random schemas refer to: a text, a node of nodes, a union told apart by a tag, and one that holds itself. */
export const shared = {
  Text: { type: "string" },
  Node: { type: "object", properties: { a: { $ref: "#/components/schemas/Node" }, b: { type: "integer" } } },
  Nest: { anyOf: [{ type: "string" }, { type: "array", items: { $ref: "#/components/schemas/Nest" } }] },
  Tagged: {
    oneOf: [
      {
        type: "object",
        properties: { a: { const: "a" }, b: { $ref: "#/components/schemas/Tagged" } },
        required: ["a"],
      },
      { type: "object", properties: { a: { const: "b" }, c: { type: "integer" } }, required: ["a", "c"] },
    ],
  },
} as const;

const types = fc.constantFrom("string", "number", "integer", "boolean", "null", "object", "array");
const references = fc.constantFrom(...Object.keys(shared).map((name) => ({ $ref: `#/components/schemas/${name}` })));
const lengths = fc.integer({ min: 0, max: 3 });

export const schemas = fc.letrec<{ schema: RandomSchema; object: RandomSchema }>((tie) => {
  const schema = tie("schema");
  const map = fc.dictionary(names, schema, { maxKeys: 3, noNullPrototype: true });
  const list = fc.array(schema, { minLength: 1, maxLength: 3 });
  const part = (keywords: Record<string, fc.Arbitrary<unknown>>) => fc.record(keywords, { requiredKeys: [] });
  const object = part({
    type: fc.constantFrom("object", ["object", "null"]),
    properties: map,
    required: fc.uniqueArray(names, { maxLength: 2 }),
    additionalProperties: schema,
    patternProperties: fc.dictionary(fc.constantFrom("^x-", "^[ab]$"), schema, { maxKeys: 2, noNullPrototype: true }),
    minProperties: fc.constant(1),
    maxProperties: lengths,
    propertyNames: fc.constantFrom<RandomSchema>(
      { maxLength: 1 },
      { pattern: "^[abx]" },
      { enum: ["a", "x-d"] },
      false,
    ),
    dependentRequired: fc.dictionary(names, fc.uniqueArray(names, { maxLength: 2 }), {
      maxKeys: 1,
      noNullPrototype: true,
    }),
    dependentSchemas: fc.dictionary(names, schema, { maxKeys: 1, noNullPrototype: true }),
  });
  const array = part({
    type: fc.constantFrom("array", ["array", "string"]),
    items: schema,
    prefixItems: list,
    minItems: lengths,
    maxItems: lengths,
    uniqueItems: fc.boolean(),
    contains: schema,
    minContains: lengths,
    maxContains: lengths,
    // Beside `prefixItems`, ajv 8 takes an empty array for one that contains an item of any schema, and equal items for
    // unique where the items after them are of another type.
  }).map(({ contains, uniqueItems, ...rest }) => ({
    ...rest,
    ...(rest.prefixItems ? {} : { ...(contains === undefined ? {} : { contains }), uniqueItems: uniqueItems === true }),
  }));
  const text = part({
    type: fc.constant("string"),
    minLength: lengths,
    maxLength: lengths,
    pattern: fc.constantFrom("^a", "é|🎉", "^.$", "\\p{L}{2}", "[^a-z]"),
    enum: fc.uniqueArray(scalars, { minLength: 1, maxLength: 3 }),
  });
  const number = part({
    type: fc.constantFrom("number", "integer", ["integer", "null"], ["integer", "number"]),
    minimum: fc.constantFrom(0, 1, 1e15),
    exclusiveMaximum: fc.constantFrom(1, 2.5, 1e15),
    multipleOf: fc.constantFrom(1, 2, 0.5),
    enum: fc.uniqueArray(scalars, { minLength: 1, maxLength: 3 }),
  });
  const listed = fc.oneof(
    fc.record({ enum: fc.uniqueArray(values, { minLength: 1, maxLength: 3 }) }),
    fc.record({ type: types, enum: fc.uniqueArray(values, { minLength: 1, maxLength: 3 }) }),
    fc.record({ type: types, const: values }),
    // The same members in another order are the same value.
    fc.tuple(values, values).map(([a, b]) => ({ allOf: [{ enum: [{ a, b }, a] }, { enum: [b, { b, a }] }] })),
    fc.tuple(values, values).map(([a, b]) => ({ allOf: [{ const: { a, b } }, { const: { b, a } }] })),
  );
  const choice = part({ anyOf: list, oneOf: list, allOf: list, type: types, not: schema });
  const condition = part(Object.fromEntries(["if", "then", "else"].map((keyword) => [keyword, schema])));
  const left = part({ unevaluatedProperties: schema, unevaluatedItems: schema });
  const variant = (tag: unknown) =>
    fc.tuple(map, fc.boolean()).map(([properties, typed]) => ({
      ...(typed ? { type: "object" } : {}),
      properties: { ...properties, a: tag },
      required: ["a"],
    }));
  const union = fc
    .tuple(
      variant({ const: "a" }),
      variant({ enum: ["b", "long text"] }),
      fc.constantFrom("oneOf", "anyOf"),
      fc.boolean(),
    )
    .map(([one, two, keyword, nullable]) => ({ [keyword]: [one, two, ...(nullable ? [{ type: "null" }] : [])] }));
  const narrowed = fc
    .tuple(object, object, map)
    .map(([left, right, properties]) => ({ allOf: [left, right], properties }));
  return {
    object,
    schema: fc.oneof(
      { maxDepth: 2 },
      fc.oneof(
        fc.record({ type: types }),
        fc.record({ type: fc.uniqueArray(types, { minLength: 1, maxLength: 3 }) }),
        fc.record({ enum: fc.uniqueArray(scalars, { minLength: 1, maxLength: 3 }) }),
        fc.record({ const: values }),
        fc.constantFrom<RandomSchema>(true, false, {}),
        references,
      ),
      object,
      array,
      fc.oneof(text, number, listed),
      choice,
      union,
      narrowed,
      fc.tuple(references, object).map(([reference, rest]) => ({ ...rest, ...reference })),
      fc.tuple(object, choice).map(([one, two]) => ({ ...two, ...one })),
      fc.tuple(array, left).map(([one, two]) => ({ ...one, ...two })),
      fc.tuple(object, choice, left).map(([one, two, three]) => ({ ...two, ...one, ...three })),
      fc.tuple(object, condition, left).map(([one, two, three]) => ({ ...one, ...two, ...three })),
      fc.tuple(array, condition, left).map(([one, two, three]) => ({ ...one, ...two, ...three })),
      fc.tuple(references, object, left).map(([one, two, three]) => ({ ...two, ...three, ...one })),
      fc.tuple(references, references, map).map(([one, two, properties]) => ({ allOf: [one, two], properties })),
    ),
  };
}).schema as fc.Arbitrary<RandomSchema>;

/** A value that goes after the keywords of a schema, without regard for what they rule out together. */
export function valueFor(schema: RandomSchema, random: () => number, depth = 0): Json {
  const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)] as Item;
  const inner = (part: unknown) => valueFor(part as RandomSchema, random, depth + 1);
  if (typeof schema === "boolean" || depth > 4) return pick<Json>([null, 1, "a", {}, []]);
  if (Object.hasOwn(schema, "const")) return structuredClone(schema.const) as Json;
  if (Array.isArray(schema.enum)) return pick(schema.enum);
  const parts: Json[] = [];
  if (typeof schema.$ref === "string") parts.push(inner(shared[schema.$ref.split("/").at(-1) as keyof typeof shared]));
  for (const branch of (schema.allOf as RandomSchema[] | undefined) ?? []) parts.push(inner(branch));
  for (const branches of [schema.anyOf, schema.oneOf]) if (Array.isArray(branches)) parts.push(inner(pick(branches)));
  for (const branch of [schema.if, schema.then]) if (branch !== undefined && random() < 0.5) parts.push(inner(branch));
  const said = ["properties", "required", "additionalProperties", "patternProperties", "unevaluatedProperties"];
  const type = pick([schema.type ?? (said.some((key) => schema[key] !== undefined) ? "object" : "array")].flat());
  if (type === "object") {
    const own: Record<string, Json> = {};
    for (const [name, part] of Object.entries((schema.properties ?? {}) as object))
      if (random() < 0.8) own[name] = inner(part);
    for (const name of (schema.required ?? []) as string[]) own[name] ??= inner(schema.additionalProperties ?? true);
    const patterns = Object.values((schema.patternProperties ?? {}) as object);
    const extra = [...patterns, schema.additionalProperties ?? schema.unevaluatedProperties];
    if (random() < 0.5) own[pick(memberNames)] ??= inner(pick(extra) ?? true);
    parts.push(own);
  } else if (type === "array" && (schema.type !== undefined || parts.length === 0)) {
    const length = Math.max(Number(schema.minItems ?? 0), Math.floor(random() * 4));
    const prefix = (schema.prefixItems ?? []) as RandomSchema[];
    const rest = schema.items ?? schema.unevaluatedItems ?? schema.contains ?? true;
    parts.push(Array.from({ length }, (_, index) => inner(prefix[index] ?? rest)));
  } else if (schema.type !== undefined && parts.length === 0) {
    const scalar = { string: "a", number: 2.5, integer: 1, boolean: true, null: null };
    parts.push(scalar[type as keyof typeof scalar]);
  }
  const objects = parts.filter((part) => typeof part === "object" && part !== null && !Array.isArray(part));
  return objects.length > 1 ? Object.assign({}, ...objects.reverse()) : (parts[0] ?? null);
}

/** The same value with one place of it changed. */
export function mutated(value: Json, random: () => number): Json {
  const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)] as Item;
  const isHolder = typeof value === "object" && value !== null;
  if (!isHolder || random() < 0.2) return pick<Json>([null, true, 0, 2.5, "", "a", {}, []]);
  const keys = Object.keys(value);
  const key = pick(keys);
  if (Array.isArray(value)) {
    if (key === undefined || random() < 0.3) return [...value, pick<Json>([1, "a", null])];
    return random() < 0.4 ? value.slice(0, -1) : value.with(Number(key), mutated(value[Number(key)] ?? null, random));
  }
  const added = { ...value, [pick(memberNames)]: pick<Json>([1, "a", null]) };
  if (key === undefined || random() < 0.3) return added;
  const { [key]: gone = null, ...rest } = value;
  return random() < 0.4 ? rest : { ...value, [key]: mutated(gone, random) };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
