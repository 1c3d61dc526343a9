import { createHash } from "node:crypto";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "../../model/keywords.js";
import type { ModelSchema } from "../../model/types.js";
import { guardName } from "../../names/names.js";
import { isObject } from "../../read/json.js";
import { isAnnotation, type Schema } from "../validation/writer.js";

/** Below this many schemas in it, a copy is shorter than a call. */
const MIN_SIZE = 5;
/** Characters of a hash in a name: enough for any contract that nobody has made for the purpose. */
const NAME_LENGTH = 8;

/** What a schema says of values: one object for all schemas that say the same, whatever their annotations. */
export interface Predicate {
  /** From its content alone: it is the same whatever else the contract holds. */
  readonly text: string;
  /** How many schemas it is made of. */
  readonly size: number;
  /** One of the schemas that say this. */
  readonly schema: Schema;
  readonly parts: readonly Predicate[];
  /** In how many places of other predicates it stands; a place counts once, however often that predicate is met. */
  uses: number;
  /** How many types and other predicates stand on it. */
  holders: number;
  /** The types that say this. */
  readonly types: Set<string>;
}

/** A schema that stands in several places, and the function that judges it for all of them. */
export interface SharedSchema {
  readonly name: string;
  readonly schema: Schema;
}

/**
 * Finds the schemas of one area that say the same: contracts repeat themselves, their validators need not. A copy of a
 * named schema is judged by that one's validator, and copies of others by a function that is named after its content.
 */
export class SharedSchemas {
  private readonly predicates = new WeakMap<Schema, Predicate>();
  private readonly byText = new Map<string, Predicate>();
  private readonly names = new Map<string, Predicate>();

  add(name: string, schema: Schema): void {
    const predicate = this.predicateOf(schema);
    predicate.types.add(name);
    this.hold(predicate);
  }

  remove(name: string, schema: Schema): void {
    const predicate = this.predicateOf(schema);
    predicate.types.delete(name);
    this.release(predicate);
  }

  /** Takes a type's new schema. Gives the predicates for which something else is decided now. */
  replace(name: string, before: ModelSchema, after: ModelSchema): Predicate[] {
    const touched = new Set<Predicate>();
    for (const schema of [before, after])
      if (typeof schema === "object") for (const one of withParts(this.predicateOf(schema))) touched.add(one);
    const decided = new Map([...touched].map((predicate) => [predicate, this.decisionOf(predicate)]));
    if (typeof before === "object") this.remove(name, before);
    if (typeof after === "object") this.add(name, after);
    return [...touched].filter((predicate) => this.decisionOf(predicate) !== decided.get(predicate));
  }

  /** The function that judges a schema, where it is not that schema's alone. */
  functionFor(schema: Schema): string | SharedSchema | undefined {
    return this.functionOf(this.predicateOf(schema));
  }

  private functionOf(predicate: Predicate): string | SharedSchema | undefined {
    const { size, schema, uses, types } = predicate;
    if (size < MIN_SIZE) return undefined;
    if (types.size > 0) return guardName([...types].reduce((first, name) => (name < first ? name : first)));
    return uses > 1 ? { name: this.nameOf(predicate), schema } : undefined;
  }

  /** As much of the hash as tells it from all others. */
  private nameOf(predicate: Predicate): string {
    for (let length = NAME_LENGTH; ; length++) {
      const name = `shared$${predicate.text.slice(1, 1 + length)}`;
      const holder = this.names.get(name) ?? predicate;
      this.names.set(name, holder);
      if (holder === predicate) return name;
    }
  }

  /** What is decided for a predicate, as text. */
  private decisionOf(predicate: Predicate): string | undefined {
    const found = this.functionOf(predicate);
    return typeof found === "object" ? found.name : found;
  }

  /** What a schema says. The same for all schemas that say the same. */
  predicateOf(schema: Schema): Predicate {
    const known = this.predicates.get(schema);
    if (known) return known;
    const parts: Predicate[] = [];
    const part = (inner: unknown): string => {
      if (!isObject(inner)) return JSON.stringify(inner);
      const predicate = this.predicateOf(inner);
      parts.push(predicate);
      return predicate.text;
    };
    const texts = Object.entries(schema).flatMap(([keyword, value]) => {
      if (isAnnotation(keyword) && keyword !== "discriminator" && keyword !== "x-binary") return [];
      if (schemaKeywords.has(keyword)) return [`${keyword}:${part(value)}`];
      if (schemaListKeywords.has(keyword) && Array.isArray(value)) return [`${keyword}:[${value.map(part).join()}]`];
      if (schemaMapKeywords.has(keyword) && isObject(value)) {
        const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${part(inner)}`);
        return [`${keyword}:{${members.join()}}`];
      }
      return [`${keyword}:${JSON.stringify(value)}`];
    });
    const size = parts.reduce((sum, one) => sum + one.size, 1);
    const whole = `{${texts.join()}}`;
    const text = size < MIN_SIZE ? whole : `#${createHash("sha256").update(whole).digest("hex").slice(0, 32)}`;
    let predicate = this.byText.get(text);
    if (!predicate) {
      predicate = { text, size, schema, parts, uses: 0, holders: 0, types: new Set() };
      this.byText.set(text, predicate);
    }
    this.predicates.set(schema, predicate);
    return predicate;
  }

  private hold(predicate: Predicate): void {
    if (predicate.holders++ > 0) return;
    for (const part of predicate.parts) {
      part.uses++;
      this.hold(part);
    }
  }

  private release(predicate: Predicate): void {
    if (--predicate.holders > 0) return;
    for (const part of predicate.parts) {
      part.uses--;
      this.release(part);
    }
  }
}

/** A predicate and all it is made of. */
function withParts(predicate: Predicate): Set<Predicate> {
  const found = new Set([predicate]);
  for (const one of found) for (const part of one.parts) found.add(part);
  return found;
}
