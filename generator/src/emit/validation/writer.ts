import { ownTypes } from "../../model/json-types.js";
import type { ModelSchema, TypeId } from "../../model/types.js";
import { objectKey, stringLiteral, templateText, valueLiteral } from "../../print/escape.js";
import type { JsonObject } from "../../read/json.js";
import { pointerTo } from "../../read/pointer.js";
import { either, type Statement, type Test, test } from "./body.js";
import { type KitName, Locals } from "./locals.js";
import { patternCode } from "./regexp.js";

export type Schema = Exclude<ModelSchema, boolean>;

/** What the code of one type's validator needs to know of the rest. */
export interface Surroundings {
  readonly lookup: (id: TypeId) => ModelSchema | undefined;
  /** The validator of a type, as the file calls it. */
  readonly guard: (id: TypeId) => string;
  /** The function that judges a schema which stands in several places of the file; undefined for any other. */
  readonly shared: (schema: Schema) => string | undefined;
  /** The function that says what a type's validator has looked at, as the file calls it. */
  readonly collector: (id: TypeId) => string;
  /** A function of the kit's validation entry, imported into the file. */
  readonly kit: (name: KitName | (string & {})) => string;
  readonly assertFormats: boolean;
}

/** Where the code is: an expression for the value, the rest of its pointer, and how strictly it is judged. */
export interface Spot {
  readonly value: string;
  /** Template text behind the validator's own pointer; `""` for the value it was called with. */
  readonly at: string;
  /** An expression, true for tolerant. */
  readonly mode: string;
  /** Set where the value is a required member: then its absence is told instead of a wrong type. */
  readonly member?: { readonly of: string; readonly name: string };
}

/** Names that every object inherits: a member so called must be looked up as an own member. */
const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));
/** Above this many values a set is quicker to ask, and shorter to read. */
const FEW = 4;

/** The tools that the parts of a validator are written with: names, constants, failures and small expressions. */
export abstract class Writer {
  protected readonly hoisted: string[] = [];
  private readonly constants = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  protected locals = new Locals();

  protected constructor(
    /** What constants and parts are named after. */
    readonly name: string,
    readonly surroundings: Surroundings,
  ) {}

  /** What judges a value by a schema. */
  abstract check(schema: ModelSchema, spot: Spot): Statement[];
  /** An expression that is true when a value satisfies a schema. */
  abstract holds(schema: ModelSchema, value: string, mode: string): string;
  /** The function that judges a schema: that of its type, or one of its own beside the validator. */
  abstract guardOf(schema: ModelSchema): string;

  kit(name: KitName | (string & {})): string {
    return this.surroundings.kit(name);
  }

  local(wish: string): string {
    return this.locals.name(wish);
  }

  fail(at: string, keyword: string, detail?: string): string {
    const text = detail === undefined ? "" : `, ${detail}`;
    return `${this.kit("fail")}(found, ${pointerCode(at)}, "${keyword}"${text})`;
  }

  call(guard: string, { value, at, mode }: Spot): Test {
    const pointer = at === "" ? "at" : `found && ${pointerCode(at)}`;
    return test(`!${guard}(${value}, ${mode}, found, ${pointer})`, "!found");
  }

  member(value: string, name: string): string {
    if (inherited.has(name)) return `${this.kit("own")}(${value}, ${stringLiteral(name)})`;
    const key = objectKey(name);
    return key.startsWith('"') ? `${value}[${key}]` : `${value}.${key}`;
  }

  pattern(pattern: string): string {
    return this.constant(
      "pattern",
      patternCode(pattern, (name) => this.kit(name)),
    );
  }

  /** Equal to one of the values, each as an expression of its own. */
  isEach(value: string, values: readonly unknown[]): string[] {
    if (values.length === 0) return ["false"];
    const plain = values.filter((one) => typeof one !== "object" || one === null);
    const compound = values.filter((one) => typeof one === "object" && one !== null);
    return [
      ...(plain.length > FEW
        ? [`${this.constant("set", setOf(this.constant("values", valueLiteral(plain))))}.has(${value})`]
        : plain.map((one) => this.equals(value, one))),
      ...compound.map((one) => this.equals(value, one)),
    ];
  }

  isOne(value: string, values: readonly unknown[]): string {
    return either(this.isEach(value, values));
  }

  /** A name that is none of those given; nothing to ask where there are none. */
  isNone(name: string, names: readonly string[]): string[] {
    if (names.length === 0) return [];
    if (names.length > FEW) return [`!${this.constant("names", setOf(valueLiteral(names)))}.has(${name})`];
    return names.map((known) => `${name} !== ${stringLiteral(known)}`);
  }

  equals(value: string, wanted: unknown): string {
    if (typeof wanted !== "object" || wanted === null) return `${value} === ${valueLiteral(wanted)}`;
    return `${this.kit("equal")}(${value}, ${this.literal(wanted)})`;
  }

  /** A value that the contract gives, made once. */
  literal(value: unknown): string {
    return typeof value === "object" && value !== null
      ? this.constant("constant", valueLiteral(value))
      : valueLiteral(value);
  }

  /** The name of a constant beside the function; the same code is one constant. */
  constant(what: string, code: string): string {
    let name = this.constants.get(code);
    if (name === undefined) {
      const count = (this.counts.get(what) ?? 0) + 1;
      this.counts.set(what, count);
      name = `${this.name}$${what}${count === 1 ? "" : count}`;
      this.constants.set(code, name);
      this.hoisted.push(`const ${name} = ${code};`);
    }
    return name;
  }
}

function setOf(list: string): string {
  return `/* @__PURE__ */ new Set(${list})`;
}

export function pointerCode(at: string): string {
  return at === "" ? "at" : `\`\${at}${at}\``;
}

/** A member's name as a step of a pointer, as template text. */
export function stepText(name: string): string {
  return templateText(pointerTo("", name));
}

export function namesIn(list: unknown): string[] {
  return Array.isArray(list) ? [...new Set(list.filter((name): name is string => typeof name === "string"))] : [];
}

/** Whether `type` says that only texts are meant, and `enum` which. */
export function isTextEnum(schema: Schema): boolean {
  return (
    schema.type === "string" &&
    Array.isArray(schema.enum) &&
    schema.enum.every((one) => typeof one === "string") &&
    ownTypes({ type: schema.type }) !== 0
  );
}

/** Bytes are parts of forms, or whole bodies; what these carry is no matter for validators. */
export function isBinary(schema: JsonObject): boolean {
  return schema["x-binary"] === true;
}

const annotations: ReadonlySet<string> = new Set([
  "title",
  "description",
  "summary",
  "default",
  "deprecated",
  "readOnly",
  "writeOnly",
  "discriminator",
  "contentMediaType",
  "contentEncoding",
  "contentSchema",
]);

/** Keywords that say nothing about which values are valid. */
export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || keyword.startsWith("x-");
}

/** The keywords of a schema that say something about which values are valid. */
export function constraintsOf(schema: Schema): string[] {
  return Object.keys(schema).filter((keyword) => !isAnnotation(keyword));
}
