import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "../../model/keywords.js";
import type { ModelSchema, TypeModel } from "../../model/types.js";
import { guardName } from "../../names/names.js";
import { isObject } from "../../read/json.js";
import { isAnnotation, type Schema } from "../validation/writer.js";

/** Below this many schemas in it, a copy is shorter than a call. */
const MIN_SIZE = 5;

/** A schema that stands in several places, and the function that judges it for all of them. */
export interface SharedSchema {
  readonly name: string;
  readonly schema: Schema;
}

/**
 * Finds the schemas of one area that say the same: contracts repeat themselves, their validators need not.
 * Annotations do not count. A copy of a named schema is judged by that one's validator.
 */
export class SharedSchemas {
  private readonly predicates = new WeakMap<Schema, Predicate>();
  private readonly byText = new Map<string, Predicate>();
  private readonly shared = new Map<Predicate, SharedSchema>();
  private readonly taken = new Set<string>();

  constructor(types: readonly TypeModel[]) {
    for (const { name, schema } of types) {
      this.taken.add(guardName(name));
      if (typeof schema === "object") this.predicateOf(schema).guard ??= guardName(name);
    }
    for (const { name, schema } of types) if (typeof schema === "object") this.count(schema, name);
  }

  /** The function that judges a schema, where it is not that schema's alone. */
  functionFor(schema: Schema): string | SharedSchema | undefined {
    const predicate = this.predicateOf(schema);
    return predicate.size < MIN_SIZE ? undefined : (predicate.guard ?? this.shared.get(predicate));
  }

  private count(root: Schema, owner: string): void {
    const pending = partsOf(root);
    for (const { schema, wish } of pending) {
      const predicate = this.predicateOf(schema);
      if (predicate.size < MIN_SIZE || predicate.guard !== undefined || this.shared.has(predicate)) continue;
      if (predicate.first === undefined) {
        predicate.first = this.freeName(`${guardName(owner)}$${wish}`);
        pending.push(...partsOf(schema));
      } else {
        this.shared.set(predicate, { name: predicate.first, schema });
      }
    }
  }

  private freeName(wish: string): string {
    let name = wish;
    for (let count = 2; this.taken.has(name); count++) name = `${wish}$${count}`;
    this.taken.add(name);
    return name;
  }

  /** What a schema says of values, as one object for all schemas that say the same. */
  private predicateOf(schema: Schema): Predicate {
    const known = this.predicates.get(schema);
    if (known) return known;
    let size = 1;
    const part = (inner: unknown): string => {
      if (!isObject(inner)) return JSON.stringify(inner);
      const predicate = this.predicateOf(inner);
      size += predicate.size;
      return `@${predicate.id}`;
    };
    const texts = Object.entries(schema).flatMap(([keyword, value]) => {
      if (isAnnotation(keyword) && keyword !== "discriminator") return [];
      if (schemaKeywords.has(keyword)) return [`${keyword}:${part(value)}`];
      if (schemaListKeywords.has(keyword) && Array.isArray(value)) return [`${keyword}:${value.map(part).join()}`];
      if (schemaMapKeywords.has(keyword) && isObject(value)) {
        const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}${part(inner)}`);
        return [`${keyword}:${members.join()}`];
      }
      return [`${keyword}:${JSON.stringify(value)}`];
    });
    const text = texts.join("\n");
    let predicate = this.byText.get(text);
    if (!predicate) {
      predicate = { id: this.byText.size, size };
      this.byText.set(text, predicate);
    }
    this.predicates.set(schema, predicate);
    return predicate;
  }
}

interface Predicate {
  readonly id: number;
  /** How many schemas it is made of. */
  readonly size: number;
  /** The validator of a named type that says the same. */
  guard?: string;
  /** The name it gets once it is met again. */
  first?: string;
}

/** The schemas directly inside a schema, with a word for each. */
function partsOf(schema: Schema): { schema: Schema; wish: string }[] {
  const found: { schema: Schema; wish: string }[] = [];
  const add = (inner: unknown, wish: string) => {
    if (isObject(inner)) found.push({ schema: inner, wish: /^[A-Za-z]\w*$/.test(wish) ? wish : "part" });
  };
  for (const [keyword, value] of Object.entries(schema)) {
    if (schemaListKeywords.has(keyword) && Array.isArray(value)) for (const inner of value) add(inner, "part");
    else if (schemaMapKeywords.has(keyword) && isObject(value))
      for (const [name, inner] of Object.entries(value)) add(inner, name);
    else if (schemaKeywords.has(keyword)) add(value as ModelSchema, keyword === "items" ? "item" : "part");
  }
  return found;
}
