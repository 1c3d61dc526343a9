import type { Diagnostics } from "../diagnostics/diagnostic.js";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "../model/keywords.js";
import { patternOf } from "../model/pattern.js";
import type { Model, ModelSchema, TypeId, TypeModel } from "../model/types.js";
import { isObject } from "../read/json.js";
import { pointerParts, pointerTo } from "../read/pointer.js";
import type { Verdict } from "./judge.js";

/** Something that a vector should touch: a member, an enum value, or a constraint of a schema. */
interface Target {
  readonly kind: "member" | "value" | "constraint";
  readonly type: TypeModel;
  readonly pointer: string;
  readonly what: string;
}

export interface Coverage {
  readonly touched: number;
  readonly total: number;
}

/** A schema node, with the type it belongs to and its pointer there. */
interface Node {
  readonly type: TypeModel;
  readonly schema: Exclude<ModelSchema, boolean>;
  readonly pointer: string;
}

const constraintKeywords = new Set([
  "type",
  "enum",
  "const",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "minItems",
  "maxItems",
  "uniqueItems",
  "contains",
  "minProperties",
  "maxProperties",
  "anyOf",
  "oneOf",
  "not",
  "propertyNames",
  "dependentRequired",
]);

/** Reports what no vector touches: valid vectors must use members and values, invalid ones violate constraints. */
export function coverage(model: Model, verdicts: readonly Verdict[], diagnostics: Diagnostics): Coverage {
  const walker = new Walker(model);
  const touched = new Set<string>();
  for (const { file, vector, violations } of verdicts) {
    if (vector.valid) walker.use(file.type, vector.instance, touched);
    else
      for (const { keyword, pointer, params } of violations) {
        if (keyword !== vector.violates?.keyword || pointer !== vector.violates.at) continue;
        for (const node of walker.nodesAt(file.type, vector.instance, pointer)) {
          const detail = keyword === "required" ? ` ${String(params.missingProperty)}` : "";
          touched.add(keyOf(node.type.id, node.pointer, `${keyword}${detail}`));
        }
      }
  }
  const types = [...model.types.values()].filter(({ origin, place }) => origin === "schema" && place.pointer === "");
  const judged = new Set(verdicts.map(({ file }) => file.type.id));
  const targets = types.filter(({ id }) => judged.has(id)).flatMap(targetsOf);
  for (const type of types) {
    if (!judged.has(type.id)) diagnostics.add("vector-missing", `${type.name} has no vectors`, { place: type.place });
  }
  let count = 0;
  for (const { kind, type, pointer, what } of targets) {
    if (touched.has(keyOf(type.id, pointer, what))) {
      count++;
      continue;
    }
    const verb = kind === "constraint" ? "violates" : "uses";
    const name = what.replace(/^(member|value) /, "");
    diagnostics.add(
      "vector-gap",
      `no vector ${verb} ${kind === "value" ? "the value" : kind === "member" ? "the member" : "the constraint"} ${name} of ${type.name}`,
      {
        place: { document: type.place.document, pointer: `${type.place.pointer}${pointer}` },
      },
    );
  }
  return { touched: count, total: targets.length };
}

function keyOf(type: TypeId, pointer: string, what: string): string {
  return `${type} ${pointer} ${what}`;
}

/** Everything in one type's own schema that a vector should touch. */
function targetsOf(type: TypeModel): Target[] {
  const targets: Target[] = [];
  const pending: [ModelSchema, string, boolean][] = [[type.schema, "", true]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [schema, pointer, countable] = next;
    if (typeof schema === "boolean") continue;
    const add = (kind: Target["kind"], what: string) => targets.push({ kind, type, pointer, what });
    for (const [keyword, value] of Object.entries(schema)) {
      if (countable && keyword === "properties" && isObject(value))
        for (const name of Object.keys(value)) add("member", `member ${name}`);
      if (countable && keyword === "enum" && Array.isArray(value))
        for (const item of value) add("value", `value ${JSON.stringify(item)}`);
      if (countable && keyword === "required" && Array.isArray(value))
        for (const name of value) add("constraint", `required ${String(name)}`);
      if (countable && (constraintKeywords.has(keyword) || (keyword === "additionalProperties" && value === false))) {
        // A type beside an enum of that type rules out nothing of its own.
        if (!(keyword === "type" && (Array.isArray(schema.enum) || Object.hasOwn(schema, "const"))))
          add("constraint", keyword);
      }
      for (const [inner, path] of innerSchemas(keyword, value)) {
        // Alternatives and conditions are judged as a whole, by `anyOf`, `oneOf`, `not`.
        const whole =
          keyword === "anyOf" || keyword === "oneOf" || keyword === "not" || keyword === "if" || keyword === "contains";
        pending.push([inner, `${pointer}${path}`, countable && !whole]);
      }
    }
  }
  return targets;
}

function innerSchemas(keyword: string, value: unknown): [ModelSchema, string][] {
  const at = pointerTo("", keyword);
  if (schemaListKeywords.has(keyword) && Array.isArray(value))
    return value.map((item, index) => [item as ModelSchema, pointerTo(at, index)]);
  if (schemaMapKeywords.has(keyword) && isObject(value))
    return Object.entries(value).map(([key, item]) => [item as ModelSchema, pointerTo(at, key)]);
  if (schemaKeywords.has(keyword)) return [[value as ModelSchema, at]];
  return [];
}

/** Follows an instance through schemas, references included. */
class Walker {
  constructor(private readonly model: Model) {}

  /** Marks the members and enum values that an instance uses. */
  use(type: TypeModel, instance: unknown, touched: Set<string>): void {
    const pending: { nodes: Node[]; value: unknown }[] = [{ nodes: this.nodesOf(type), value: instance }];
    for (let next = pending.pop(); next; next = pending.pop()) {
      const { nodes, value } = next;
      for (const node of nodes) {
        const { enum: values } = node.schema;
        if (Array.isArray(values)) {
          const text = JSON.stringify(value);
          for (const item of values)
            if (JSON.stringify(item) === text) touched.add(keyOf(node.type.id, node.pointer, `value ${text}`));
        }
        if (isObject(value) && isObject(node.schema.properties)) {
          for (const name of Object.keys(node.schema.properties)) {
            if (Object.hasOwn(value, name)) touched.add(keyOf(node.type.id, node.pointer, `member ${name}`));
          }
        }
      }
      if (typeof value !== "object" || value === null) continue;
      for (const [key, inner] of Object.entries(value))
        pending.push({ nodes: this.step(nodes, key, Array.isArray(value)), value: inner });
    }
  }

  /** The schema nodes that judge the value at a pointer. */
  nodesAt(type: TypeModel, instance: unknown, pointer: string): Node[] {
    let nodes = this.nodesOf(type);
    let value = instance;
    for (const part of pointerParts(pointer)) {
      nodes = this.step(nodes, part, Array.isArray(value));
      value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined;
    }
    return nodes;
  }

  private nodesOf(type: TypeModel): Node[] {
    return this.expand([[type, type.schema, ""]]);
  }

  /** A schema and all that applies beside it: references, `allOf`, alternatives, conditions. */
  private expand(start: readonly (readonly [TypeModel, ModelSchema, string])[]): Node[] {
    const nodes = new Map<string, Node>();
    const pending = [...start];
    for (let next = pending.pop(); next; next = pending.pop()) {
      const [type, schema, pointer] = next;
      const key = keyOf(type.id, pointer, "");
      if (typeof schema === "boolean" || nodes.has(key)) continue;
      nodes.set(key, { type, schema, pointer });
      const target = typeof schema.$ref === "string" ? this.model.types.get(schema.$ref) : undefined;
      if (target) pending.push([target, target.schema, ""]);
      for (const keyword of ["allOf", "anyOf", "oneOf", "if", "then", "else"]) {
        for (const [inner, path] of innerSchemas(keyword, schema[keyword])) {
          if (schema[keyword] !== undefined) pending.push([type, inner, `${pointer}${path}`]);
        }
      }
    }
    return [...nodes.values()];
  }

  private step(nodes: readonly Node[], part: string, inArray: boolean): Node[] {
    const next = nodes.flatMap(({ type, schema, pointer }): (readonly [TypeModel, ModelSchema, string])[] => {
      const take = (keyword: string, ...path: (string | number)[]) =>
        [
          [
            type,
            path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], schema[keyword]) as ModelSchema,
            pointerTo(pointer, keyword, ...path),
          ],
        ] as const;
      if (inArray) {
        const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems.length : 0;
        if (Number(part) < prefix) return [...take("prefixItems", Number(part))];
        return schema.items === undefined ? [] : [...take("items")];
      }
      if (isObject(schema.properties) && Object.hasOwn(schema.properties, part)) return [...take("properties", part)];
      const patterns = isObject(schema.patternProperties)
        ? Object.keys(schema.patternProperties).filter((pattern) => patternOf(pattern)?.test(part))
        : [];
      if (patterns.length > 0) return patterns.flatMap((pattern) => [...take("patternProperties", pattern)]);
      return schema.additionalProperties === undefined ? [] : [...take("additionalProperties")];
    });
    return this.expand(next);
  }
}
