import { isObject, listMember, objectMember, plainObject } from "../read/json.js";
import { discriminatorOf } from "./discriminator.js";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "./keywords.js";
import { addUser, leadingTo, referencesIn, schemasIn } from "./references.js";
import type { NamedSchema } from "./schema.js";
import type { ModelSchema, TypeId } from "./types.js";

/** Which way a value goes: from client to server, or back. */
export type Direction = "input" | "output";

type SchemaObject = Exclude<ModelSchema, boolean>;
type Lookup = (id: TypeId) => ModelSchema | undefined;

/**
 * Members that only the server sets (`readOnly`) need not be sent, and those that only the client sets (`writeOnly`)
 * need not come back, though the schema requires them (OpenAPI 3.0.4, Schema Object; 3.1 has both from JSON Schema).
 * Types for which that makes a difference have a variant for the direction; all others are the same both ways.
 */
export class Directions {
  /** Types that hold the mark of a direction or lead to some that do, and those of them that are different there. */
  private readonly near: Readonly<Record<Direction, ReadonlySet<TypeId>>>;
  private readonly affected: Readonly<Record<Direction, ReadonlySet<TypeId>>>;

  /** `marks`: which of `readOnly` and `writeOnly` the contracts use at all. */
  constructor(
    private readonly named: ReadonlyMap<TypeId, NamedSchema>,
    private readonly marks: ReadonlySet<string>,
  ) {
    const users = new Map<TypeId, TypeId[]>();
    const holders: Record<Direction, TypeId[]> = { input: [], output: [] };
    if (marks.size > 0)
      for (const { id, schema } of named.values())
        for (const part of schemasIn(schema)) {
          if (typeof part.$ref === "string") addUser(users, part.$ref, id);
          if (part.readOnly === true) holders.input.push(id);
          if (part.writeOnly === true) holders.output.push(id);
        }
    this.near = { input: leadingTo(holders.input, users), output: leadingTo(holders.output, users) };
    const affectedIn = (direction: Direction) =>
      leadingTo(
        [...this.near[direction]].filter((id) => this.differs(this.lookup(id) ?? true, direction)),
        users,
      );
    this.affected = { input: affectedIn("input"), output: affectedIn("output") };
  }

  get areNeeded(): boolean {
    return this.affected.input.size > 0 || this.affected.output.size > 0;
  }

  /** The type that a reference means in a direction. */
  idFor(id: TypeId, direction: Direction): TypeId {
    return this.affected[direction].has(id) ? variantId(id, direction) : id;
  }

  /** A schema as it is in a direction: the very same object where nothing is different. */
  schemaFor(schema: ModelSchema, direction: Direction): ModelSchema {
    const [mark, near, affected] = [markOf(direction), this.near[direction], this.affected[direction]];
    const parts = this.marks.has(mark) ? schemasIn(schema) : [];
    const refersTo = (ids: ReadonlySet<TypeId>) => parts.some(({ $ref }) => typeof $ref === "string" && ids.has($ref));
    if (!refersTo(affected)) {
      const mayDiffer = parts.some((part) => part[mark] === true) || refersTo(near);
      if (!mayDiffer || !this.differs(schema, direction)) return schema;
    }
    return this.rewrite(schema, direction, new Set());
  }

  /** The variants that schemas in a direction refer to, and those that these refer to, by the ids of their originals. */
  variantsFrom(roots: Iterable<ModelSchema | TypeId>, direction: Direction): TypeId[] {
    const found = new Set<TypeId>();
    if (this.affected[direction].size === 0) return [];
    const add = (id: TypeId) => {
      if (this.affected[direction].has(id)) found.add(id);
    };
    for (const root of roots) {
      if (typeof root === "string") add(root);
      else for (const id of referencesIn(root)) add(id);
    }
    for (const id of found) for (const to of referencesIn(this.lookup(id) ?? true)) add(to);
    return [...found];
  }

  private readonly lookup: Lookup = (id) => this.named.get(id)?.schema;

  private differs(schema: ModelSchema, direction: Direction): boolean {
    return schemasIn(schema).some((part) => this.spared(part, direction).size > 0);
  }

  /** Members that this schema, or a part of its `allOf`, requires although they do not go this way. */
  private spared(schema: SchemaObject, direction: Direction): ReadonlySet<string> {
    if (schema.allOf === undefined && (schema.properties === undefined || schema.required === undefined)) return none;
    const mark = markOf(direction);
    const required = new Set<unknown>(listMember(schema, "required"));
    const marked = new Set<string>();
    const seen = new Set<unknown>();
    const pending: (ModelSchema | undefined)[] = [schema];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (typeof next === "boolean" || seen.has(next)) continue;
      seen.add(next);
      for (const [name, member] of Object.entries(objectMember(next, "properties") ?? {}))
        if (this.isMarked(member as ModelSchema, mark)) marked.add(name);
      for (const part of listMember(next, "allOf") ?? []) {
        pending.push(part as ModelSchema);
        if (isObject(part)) for (const name of listMember(part, "required") ?? []) required.add(name);
      }
      if (typeof next.$ref === "string") pending.push(this.lookup(next.$ref));
    }
    for (const name of marked) if (!required.has(name)) marked.delete(name);
    return marked;
  }

  private isMarked(schema: ModelSchema, mark: "readOnly" | "writeOnly"): boolean {
    let current: ModelSchema | undefined = schema;
    for (let steps = 0; typeof current === "object" && steps < 16; steps++) {
      if (current[mark] === true) return true;
      current = typeof current.$ref === "string" ? this.lookup(current.$ref) : undefined;
    }
    return false;
  }

  private rewrite(schema: ModelSchema, direction: Direction, outer: ReadonlySet<string>): ModelSchema {
    if (typeof schema === "boolean") return schema;
    const spared = new Set([...outer, ...this.spared(schema, direction)]);
    const inner = (part: unknown) => this.rewrite(part as ModelSchema, direction, none);
    const members = Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
      if (keyword === "$ref") return [[keyword, this.idFor(String(value), direction)]];
      if (keyword === "required" && Array.isArray(value) && spared.size > 0) {
        const left = value.filter((name) => !spared.has(name));
        return left.length > 0 ? [[keyword, left]] : [];
      }
      if (keyword === "allOf" && Array.isArray(value))
        return [[keyword, value.map((part) => this.rewrite(part as ModelSchema, direction, spared))]];
      // What must not hold, or decides what else must, is not made easier to hold.
      if (keyword === "not" || keyword === "if") return [[keyword, value]];
      if (keyword === "oneOf" && Array.isArray(value) && this.overlap(schema, value, direction))
        return [["anyOf", value.map(inner)]];
      if (keyword === "discriminator" && isObject(value)) return [[keyword, this.mapping(value, direction)]];
      if (schemaKeywords.has(keyword)) return [[keyword, inner(value)]];
      if (schemaListKeywords.has(keyword) && Array.isArray(value)) return [[keyword, value.map(inner)]];
      if (schemaMapKeywords.has(keyword) && isObject(value))
        return [[keyword, plainObject(Object.entries(value).map(([name, part]) => [name, inner(part)] as const))]];
      return [[keyword, value]];
    });
    return plainObject(members);
  }

  /** Whether a value may be of several variants in this direction, since some require less there. */
  private overlap(schema: SchemaObject, variants: readonly unknown[], direction: Direction): boolean {
    const branches = variants as readonly ModelSchema[];
    return (
      schema.anyOf === undefined &&
      branches.some((branch) => this.schemaFor(branch, direction) !== branch) &&
      discriminatorOf(schema, branches, this.lookup) === undefined
    );
  }

  private mapping(discriminator: Readonly<Record<string, unknown>>, direction: Direction): object {
    const mapping = Object.entries(objectMember(discriminator, "mapping") ?? {});
    const directed = mapping.map(([value, id]) => [value, this.idFor(String(id), direction)] as const);
    return { ...discriminator, mapping: plainObject(directed) };
  }
}

/** What marks members that do not go this way. */
function markOf(direction: Direction): "readOnly" | "writeOnly" {
  return direction === "input" ? "readOnly" : "writeOnly";
}

export function variantId(id: TypeId, direction: Direction): TypeId {
  return `${id}${id.includes("?") ? "&" : "?"}${direction}`;
}

const none: ReadonlySet<string> = new Set();
