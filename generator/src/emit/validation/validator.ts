import { discriminatorOf, discriminatorValues } from "../../model/discriminator.js";
import { allTypes, bits, type JsonType, ownTypes, typeNames, typesOf } from "../../model/json-types.js";
import type { ModelSchema, TypeId } from "../../model/types.js";
import { objectKey, stringLiteral, templateText, valueLiteral } from "../../print/escape.js";
import { isObject, type JsonObject } from "../../read/json.js";
import { pointerTo } from "../../read/pointer.js";
import { either, indented, type Lines, lines, linesOf, not, type Statement, test, when } from "./body.js";
import { collectorBody, staticNames } from "./evaluated.js";
import { formatFunctions, type KitName, Locals } from "./locals.js";
import { regExpCode } from "./regexp.js";

/** What the code of one type's validator needs to know of the rest. */
export interface Surroundings {
  readonly lookup: (id: TypeId) => ModelSchema | undefined;
  /** The validator of a type, as the file calls it. */
  readonly guard: (id: TypeId) => string;
  /** The function that says what a type's validator has looked at, as the file calls it. */
  readonly collector: (id: TypeId) => string;
  /** A function of the kit's validation entry, imported into the file. */
  readonly kit: (name: KitName | (string & {})) => string;
}

export interface ValidatorSource {
  /** The generated name of the type. */
  readonly name: string;
  readonly guard: string;
  readonly schema: ModelSchema;
  readonly assertFormats: boolean;
}

type Schema = Exclude<ModelSchema, boolean>;

/** Names that every object inherits: a member so called must be looked up as an own member. */
const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));
/** Above this many names a set is quicker to ask, and shorter to read. */
const FEW = 4;

/** The validator of one type as code: its function, and the constants and parts it stands on. */
export function validatorCode(source: ValidatorSource, surroundings: Surroundings): string[] {
  return new Validator(source, surroundings).code();
}

/** The collector of one type, for `unevaluatedProperties` and `unevaluatedItems` of schemas that refer to it. */
export function collectorCode(source: ValidatorSource, name: string, surroundings: Surroundings): string[] {
  // A `$` more keeps its constants apart from those of the validator.
  return new Validator({ ...source, name: `${source.name}$` }, surroundings).collector(name);
}

class Validator {
  private readonly hoisted: string[] = [];
  private readonly parts = new Map<Schema, string>();
  private readonly constants = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  private locals = new Locals();

  constructor(
    private readonly source: ValidatorSource,
    readonly surroundings: Surroundings,
  ) {}

  code(): string[] {
    const own = this.functionCode(`export function ${this.source.guard}`, this.source.schema);
    return [...this.hoisted, ...own];
  }

  collector(name: string): string[] {
    const body = collectorBody(this.source.schema, "value", this, false);
    const own = [`export function ${name}(value, seen, tolerant) {`, ...indented(body), "}"];
    return [...this.hoisted, ...own];
  }

  private functionCode(head: string, schema: ModelSchema): string[] {
    const outer = this.locals;
    this.locals = new Locals();
    const statements = this.check(schema, "value", "", "tolerant");
    this.locals = outer;
    const open = `${head}(value, tolerant, found, at = "") {`;
    if (statements.length === 0) return [`${head}() {`, "  return true;", "}"];
    const body = linesOf(statements);
    return [open, "  const before = found?.length;", ...indented(body), "  return found?.length === before;", "}"];
  }

  /** What judges a value: `at` is the rest of its pointer, as template text; `mode` an expression, true for tolerant. */
  check(schema: ModelSchema, value: string, at: string, mode: string): Statement[] {
    if (schema === true) return [];
    if (schema === false) return [test("", this.fail(at, "not"))];
    if (isBinary(schema)) return [];
    return [
      ...this.reference(schema, value, at, mode),
      ...this.typed(schema, value, at, mode),
      ...this.values(schema, value, at, mode),
      ...this.choices(schema, value, at, mode),
      ...this.unevaluated(schema, value, at, mode),
    ];
  }

  private reference(schema: Schema, value: string, at: string, mode: string): Statement[] {
    if (typeof schema.$ref !== "string") return [];
    return [this.call(this.surroundings.guard(schema.$ref), value, at, mode)];
  }

  private call(guard: string, value: string, at: string, mode: string): Lines {
    const pointer = at === "" ? "at" : `found && ${pointerCode(at)}`;
    return lines(`if (!${guard}(${value}, ${mode}, found, ${pointer}) && !found) return false;`);
  }

  /** `type`, and the keywords that only concern values of one type. */
  private typed(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const declared = schema.type === undefined ? allTypes : ownTypes({ type: schema.type });
    const groups: [JsonType, string, Statement[]][] = [];
    for (const type of typeNames) {
      if (!(declared & bits[type])) continue;
      const statements = this.group(type, schema, declared, value, at, mode);
      if (statements.length > 0) groups.push([type, this.isOf(type, value, schema), statements]);
    }
    if (schema.type === undefined) return groups.flatMap(([, condition, statements]) => when(condition, statements));
    const failure = this.fail(at, "type", valueLiteral(schema.type));
    const rest = typeNames.filter((type) => declared & bits[type] && !groups.some(([name]) => name === type));
    const [only] = groups;
    if (!only) return [test(this.notOf(schema, value), failure)];
    if (groups.length === 1 && rest.length === 0) return when(only[1], only[2], test("", failure));
    const branches = groups.map(
      ([, condition, statements], index) =>
        [`${index === 0 ? "" : "} else "}if (${condition}) {`, ...indented(linesOf(statements))] as const,
    );
    const others = rest.map((type) => this.isOf(type, value, schema));
    const last =
      others.length === 0
        ? `} else if (${failure}) return false;`
        : `} else if (${others.map(not).join(" && ")} && ${failure}) return false;`;
    return [lines(...branches.flat(), last)];
  }

  private group(
    type: JsonType,
    schema: Schema,
    declared: number,
    value: string,
    at: string,
    mode: string,
  ): Statement[] {
    switch (type) {
      case "object":
        return this.object(schema, value, at, mode);
      case "array":
        return this.array(schema, value, at, mode);
      case "string":
        return [
          ...this.text(schema, value, at, mode),
          ...(declared === bits.string && isTextEnum(schema) ? this.enumOf(schema, value, at, mode) : []),
        ];
      case "number":
        return this.number(schema, value, at);
      default:
        return [];
    }
  }

  /** True for values of one type. */
  private isOf(type: JsonType, value: string, schema?: Schema): string {
    switch (type) {
      case "object":
        return `${this.surroundings.kit("isObject")}(${value})`;
      case "array":
        return `Array.isArray(${value})`;
      case "null":
        return `${value} === null`;
      case "number":
        // JSON has no NaN and no Infinity.
        return schema && onlyIntegers(schema) ? `Number.isInteger(${value})` : `Number.isFinite(${value})`;
      default:
        return `typeof ${value} === "${type}"`;
    }
  }

  private notOf(schema: Schema, value: string): string {
    const declared = ownTypes({ type: schema.type });
    return typeNames
      .filter((type) => declared & bits[type])
      .map((type) => not(this.isOf(type, value, schema)))
      .join(" && ");
  }

  private number(schema: Schema, value: string, at: string): Statement[] {
    const bound = (keyword: string, operator: string): Statement[] => {
      const limit = schema[keyword];
      return typeof limit === "number"
        ? [test(`${value} ${operator} ${valueLiteral(limit)}`, this.fail(at, keyword, valueLiteral(limit)))]
        : [];
    };
    const step = schema.multipleOf;
    return [
      ...bound("minimum", "<"),
      ...bound("maximum", ">"),
      ...bound("exclusiveMinimum", "<="),
      ...bound("exclusiveMaximum", ">="),
      ...(typeof step === "number" && step > 0
        ? [
            test(
              step === 1
                ? `!Number.isInteger(${value})`
                : `!${this.surroundings.kit("multipleOf")}(${value}, ${valueLiteral(step)})`,
              this.fail(at, "multipleOf", valueLiteral(step)),
            ),
          ]
        : []),
    ];
  }

  private text(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const { minLength: min, maxLength: max, pattern, format } = schema;
    const statements: Statement[] = [];
    const length = () => `${this.surroundings.kit("codePointLength")}(${value})`;
    // UTF-16 units are never fewer than code points, and never more than twice as many.
    if (typeof min === "number" && min > 0)
      statements.push(
        test(
          min === 1 ? `${value}.length === 0` : `${value}.length < ${min * 2} && ${length()} < ${min}`,
          this.fail(at, "minLength", String(min)),
        ),
      );
    if (typeof max === "number")
      statements.push(
        test(`${value}.length > ${max} && ${length()} > ${max}`, this.fail(at, "maxLength", String(max))),
      );
    if (typeof pattern === "string")
      statements.push(
        test(`!${this.pattern(pattern)}.test(${value})`, this.fail(at, "pattern", stringLiteral(pattern))),
      );
    if (typeof format === "string" && this.source.assertFormats && Object.hasOwn(formatFunctions, format)) {
      const judge = this.surroundings.kit(formatFunctions[format] ?? format);
      statements.push(test(`${strictly(mode)}!${judge}(${value})`, this.fail(at, "format", stringLiteral(format))));
    }
    return statements;
  }

  private array(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const statements: Statement[] = [];
    const { minItems: min, maxItems: max } = schema;
    if (typeof min === "number" && min > 0)
      statements.push(test(`${value}.length < ${min}`, this.fail(at, "minItems", String(min))));
    if (typeof max === "number")
      statements.push(test(`${value}.length > ${max}`, this.fail(at, "maxItems", String(max))));
    const prefix = Array.isArray(schema.prefixItems) ? (schema.prefixItems as ModelSchema[]) : [];
    for (const [index, item] of prefix.entries()) {
      const local = this.locals.name(`item${index}`);
      const inner = this.check(item, local, `${at}/${index}`, mode);
      if (inner.length === 0) continue;
      statements.push(
        lines(
          `if (${value}.length > ${index}) {`,
          ...indented([`const ${local} = ${value}[${index}];`, ...linesOf(inner)]),
          "}",
        ),
      );
    }
    const items = schema.items as ModelSchema | undefined;
    if (items === false) {
      statements.push(test(`${value}.length > ${prefix.length}`, this.fail(at, "items", String(prefix.length))));
    } else if (items !== undefined && items !== true) {
      const [index, item] = [this.locals.name("i"), this.locals.name("item")];
      const inner = this.check(items, item, `${at}/\${${index}}`, mode);
      if (inner.length > 0) statements.push(this.loop(value, index, String(prefix.length), item, linesOf(inner)));
    }
    if (schema.contains !== undefined) statements.push(...this.contains(schema, value, at));
    if (schema.uniqueItems === true)
      statements.push(test(`!${this.surroundings.kit("hasUniqueItems")}(${value})`, this.fail(at, "uniqueItems")));
    return statements;
  }

  private loop(list: string, index: string, start: string, item: string, body: readonly string[]): Lines {
    return lines(
      `for (let ${index} = ${start}; ${index} < ${list}.length; ${index}++) {`,
      ...indented([`const ${item} = ${list}[${index}];`, ...body]),
      "}",
    );
  }

  private contains(schema: Schema, value: string, at: string): Statement[] {
    const min = typeof schema.minContains === "number" ? schema.minContains : 1;
    const max = typeof schema.maxContains === "number" ? schema.maxContains : undefined;
    if (min === 0 && max === undefined) return [];
    const [item, count] = [this.locals.name("item"), this.locals.name("count")];
    const holds = this.holds(schema.contains as ModelSchema, item, "false");
    return [
      lines(`let ${count} = 0;`, `for (const ${item} of ${value}) if (${holds}) ${count}++;`),
      ...(min > 0
        ? [
            test(
              `${count} < ${min}`,
              this.fail(at, schema.minContains === undefined ? "contains" : "minContains", String(min)),
            ),
          ]
        : []),
      ...(max === undefined ? [] : [test(`${count} > ${max}`, this.fail(at, "maxContains", String(max)))]),
    ];
  }

  private object(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const statements: Statement[] = [];
    const { minProperties: min, maxProperties: max, propertyNames } = schema;
    const count = () => `${this.surroundings.kit("memberCount")}(${value})`;
    if (typeof min === "number" && min > 0)
      statements.push(test(`${count()} < ${min}`, this.fail(at, "minProperties", String(min))));
    if (typeof max === "number")
      statements.push(test(`${count()} > ${max}`, this.fail(at, "maxProperties", String(max))));
    statements.push(...this.members(schema, value, at, mode));
    statements.push(...this.otherMembers(schema, value, at, mode));
    if (propertyNames !== undefined && propertyNames !== true) {
      const name = this.locals.name("name");
      const holds = this.holds(propertyNames as ModelSchema, name, "false");
      if (holds !== "true")
        statements.push(
          lines(
            `for (const ${name} in ${value}) if (${not(holds)} && ${this.fail(at, "propertyNames", name)}) return false;`,
          ),
        );
    }
    statements.push(...this.dependencies(schema, value, at, mode));
    return statements;
  }

  private members(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const required = namesIn(schema.required);
    const needed = new Set(required);
    const statements: Statement[] = [];
    for (const [name, property] of Object.entries(properties)) {
      const local = this.locals.name(name);
      const inner = this.check(property as ModelSchema, local, `${at}${stepText(name)}`, mode);
      const absent = needed.has(name) ? test("", this.fail(at, "required", stringLiteral(name))) : undefined;
      needed.delete(name);
      const read = this.member(value, name);
      if (inner.length > 0) {
        statements.push(lines(`const ${local} = ${read};`), ...when(`${local} !== undefined`, inner, absent));
      } else if (absent) statements.push(test(`${read} === undefined`, absent.fail));
    }
    for (const name of needed)
      statements.push(
        test(`${this.member(value, name)} === undefined`, this.fail(at, "required", stringLiteral(name))),
      );
    return statements;
  }

  /** Members that `properties` does not name: `patternProperties` and `additionalProperties`. */
  private otherMembers(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const patterns = isObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
    const extra = schema.additionalProperties as ModelSchema | undefined;
    const names = Object.keys(isObject(schema.properties) ? schema.properties : {});
    if (patterns.length === 0) {
      return extra === undefined || extra === true
        ? []
        : this.others(extra, "additionalProperties", names, [], value, at, mode);
    }
    const [name, member] = [this.locals.name("name"), this.locals.name("item")];
    const inner = `${at}\${${this.surroundings.kit("step")}(${name})}`;
    const body: string[] = [];
    for (const [pattern, property] of patterns) {
      const statements = this.check(property as ModelSchema, member, inner, mode);
      body.push(...linesOf(when(`${this.pattern(pattern)}.test(${name})`, statements)));
    }
    const statements: Statement[] = [];
    if (body.length > 0)
      statements.push(
        lines(`for (const ${name} in ${value}) {`, ...indented([`const ${member} = ${value}[${name}];`, ...body]), "}"),
      );
    if (extra !== undefined && extra !== true) {
      const keys = patterns.map(([pattern]) => pattern);
      statements.push(...this.others(extra, "additionalProperties", names, keys, value, at, mode));
    }
    return statements;
  }

  /** Judges the members that have none of the names and match none of the patterns. */
  private others(
    schema: ModelSchema,
    keyword: string,
    names: readonly string[],
    patterns: readonly string[],
    value: string,
    at: string,
    mode: string,
    seen?: string,
  ): Statement[] {
    if (schema === false && mode === "true") return [];
    const [name, member] = [this.locals.name("name"), this.locals.name("item")];
    const other = [
      ...this.isNone(name, names),
      ...patterns.map((pattern) => `!${this.pattern(pattern)}.test(${name})`),
      ...(seen === undefined ? [] : [`!${seen}.has(${name})`]),
    ].join(" && ");
    if (schema === false) {
      const check = `if (${other === "" ? "" : `${other} && `}${this.fail(at, keyword, name)}) return false;`;
      const loop = [`for (const ${name} in ${value}) {`, `  ${check}`, "}"];
      return mode === "false" ? [lines(...loop)] : [lines(`if (!${mode}) {`, ...indented(loop), "}")];
    }
    const inner = this.check(schema, member, `${at}\${${this.surroundings.kit("step")}(${name})}`, mode);
    if (inner.length === 0) return [];
    const read = `const ${member} = ${value}[${name}];`;
    const body =
      other === "" ? [read, ...linesOf(inner)] : [`if (${other}) {`, ...indented([read, ...linesOf(inner)]), "}"];
    return [lines(`for (const ${name} in ${value}) {`, ...indented(body), "}")];
  }

  private isNone(name: string, names: readonly string[]): string[] {
    if (names.length === 0) return [];
    if (names.length > FEW) return [`!${this.constant("names", setOf(names))}.has(${name})`];
    return names.map((known) => `${name} !== ${stringLiteral(known)}`);
  }

  private dependencies(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const statements: Statement[] = [];
    for (const [name, needed] of Object.entries(isObject(schema.dependentRequired) ? schema.dependentRequired : {})) {
      const inner = namesIn(needed).map((other) =>
        test(`${this.member(value, other)} === undefined`, this.fail(at, "dependentRequired", stringLiteral(other))),
      );
      statements.push(...when(`${this.member(value, name)} !== undefined`, inner));
    }
    for (const [name, inner] of Object.entries(isObject(schema.dependentSchemas) ? schema.dependentSchemas : {})) {
      const checks = this.check(inner as ModelSchema, value, at, mode);
      statements.push(...when(`${this.member(value, name)} !== undefined`, checks));
    }
    return statements;
  }

  /** `const` and `enum`. */
  private values(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const statements: Statement[] = [];
    if (Object.hasOwn(schema, "const"))
      statements.push(test(not(this.equals(value, schema.const)), this.fail(at, "const", this.literal(schema.const))));
    const declared = schema.type === undefined ? allTypes : ownTypes({ type: schema.type });
    if (Array.isArray(schema.enum) && !(declared === bits.string && isTextEnum(schema)))
      statements.push(...this.enumOf(schema, value, at, mode));
    return statements;
  }

  /** Tolerant readers let a choice of texts grow; a single text is a tag, and other values are as written. */
  private enumOf(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const values = schema.enum as readonly unknown[];
    const texts = values.filter((one) => typeof one === "string");
    const failure = this.fail(at, "enum", this.constant("values", valueLiteral(values)));
    const strict = not(this.isOne(value, values));
    if (mode === "false" || texts.length < 2) return [test(strict, failure)];
    const others = values.filter((one) => typeof one !== "string");
    const known = ownTypes({ type: schema.type }) === bits.string;
    const open = known ? mode : `${mode} && ${either([`typeof ${value} === "string"`, ...this.isEach(value, others)])}`;
    return [test(`${known ? `!${open}` : `!(${open})`} && ${strict}`, failure)];
  }

  private isOne(value: string, values: readonly unknown[]): string {
    return either(this.isEach(value, values));
  }

  private isEach(value: string, values: readonly unknown[]): string[] {
    if (values.length === 0) return ["false"];
    const plain = values.filter((one) => typeof one !== "object" || one === null);
    const compound = values.filter((one) => typeof one === "object" && one !== null);
    return [
      ...(plain.length > 4
        ? [`${this.constant("set", `/* @__PURE__ */ new Set(${valueLiteral(plain)})`)}.has(${value})`]
        : plain.map((one) => this.equals(value, one))),
      ...compound.map((one) => this.equals(value, one)),
    ];
  }

  private equals(value: string, wanted: unknown): string {
    if (typeof wanted !== "object" || wanted === null) return `${value} === ${valueLiteral(wanted)}`;
    return `${this.surroundings.kit("equal")}(${value}, ${this.literal(wanted)})`;
  }

  /** A value that the contract gives, made once. */
  private literal(value: unknown): string {
    return typeof value === "object" && value !== null
      ? this.constant("constant", valueLiteral(value))
      : valueLiteral(value);
  }

  /** `allOf`, `anyOf`, `oneOf`, `not`, `if`. */
  private choices(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const statements: Statement[] = [];
    for (const branch of listOf(schema.allOf)) statements.push(...this.check(branch, value, at, mode));
    if (Array.isArray(schema.anyOf)) statements.push(...this.union("anyOf", schema, value, at, mode));
    if (Array.isArray(schema.oneOf)) statements.push(...this.union("oneOf", schema, value, at, mode));
    if (schema.not !== undefined) {
      const holds = this.holds(schema.not as ModelSchema, value, "false");
      statements.push(test(holds === "true" ? "" : holds, this.fail(at, "not")));
    }
    if (schema.if !== undefined) statements.push(...this.condition(schema, value, at, mode));
    return statements;
  }

  private condition(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const side = (keyword: "then" | "else") =>
      schema[keyword] === undefined ? [] : this.check(schema[keyword] as ModelSchema, value, at, mode);
    const [yes, no] = [side("then"), side("else")];
    if (yes.length === 0 && no.length === 0) return [];
    const holds = this.holds(schema.if as ModelSchema, value, "false");
    if (no.length === 0) return when(holds, yes);
    if (yes.length === 0) return when(not(holds), no);
    return [lines(`if (${holds}) {`, ...indented(linesOf(yes)), "} else {", ...indented(linesOf(no)), "}")];
  }

  private union(keyword: "anyOf" | "oneOf", schema: Schema, value: string, at: string, mode: string): Statement[] {
    const branches = listOf(schema[keyword]);
    const { lookup } = this.surroundings;
    const tag = discriminatorOf(branches, lookup);
    if (tag !== undefined) return [this.dispatch(keyword, tag, branches, value, at, mode)];
    const failure = this.fail(at, keyword);
    const holds = branches.map((branch) => this.holds(branch, value, mode));
    if (holds.includes("true") && (keyword === "anyOf" || holds.length === 1)) return [];
    const types = branches.map((branch) => typesOf(branch, lookup));
    const disjoint = types.every((one, index) => types.every((other, at) => at === index || (one & other) === 0));
    const explained = this.explained(branches, types, value, at, mode);
    if (keyword === "oneOf" && !disjoint) {
      const sum = holds.map((one) => `(${one} ? 1 : 0)`).join(" + ");
      const count = this.locals.name("count");
      const wrong = mode === "false" ? `${count} !== 1` : `(${mode} ? ${count} === 0 : ${count} !== 1)`;
      return [lines(`const ${count} = ${sum};`), test(wrong, failure)];
    }
    if (explained === undefined) return [test(not(either(holds)), failure)];
    return [
      lines(
        `if (${not(either(holds))}) {`,
        ...indented(["if (!found) return false;", ...explained, `${failure};`]),
        "}",
      ),
    ];
  }

  /** Where a value's type picks the branch, that branch says what is wrong. */
  private explained(
    branches: readonly ModelSchema[],
    types: readonly number[],
    value: string,
    at: string,
    mode: string,
  ): string[] | undefined {
    const complex = branches.flatMap((branch, index) => {
      const mask = types[index] ?? 0;
      const lone = types.every((other, position) => position === index || (other & mask) === 0);
      return lone && (mask === bits.object || mask === bits.array) ? [{ branch, mask }] : [];
    });
    if (complex.length === 0) return undefined;
    return complex.map(({ branch, mask }) => {
      const guard = this.guardOf(branch);
      const type = mask === bits.object ? "object" : "array";
      return `if (${this.isOf(type, value)}) ${guard}(${value}, ${mode}, found, ${at === "" ? "at" : pointerCode(at)});`;
    });
  }

  /** A union whose variants a member tells apart: one look, and one variant is judged. */
  private dispatch(
    keyword: string,
    tag: string,
    branches: readonly ModelSchema[],
    value: string,
    at: string,
    mode: string,
  ): Lines {
    const values = discriminatorValues(branches, tag, this.surroundings.lookup);
    const read = this.member(value, tag);
    const cases = branches.flatMap((branch, index) => {
      const inner = this.check(branch, value, at, mode);
      return [`case ${stringLiteral(values[index] ?? "")}: {`, ...indented([...linesOf(inner), "break;"]), "}"];
    });
    const failure = this.fail(at, keyword);
    const unknown = mode === "false" ? failure : `!(${mode} && typeof ${read} === "string") && ${failure}`;
    const count = this.locals.name("count");
    return lines(
      `if (${this.isOf("object", value)}) {`,
      ...indented([
        `const ${count} = found?.length;`,
        `switch (${read}) {`,
        ...indented([...cases, "default:", `  if (${unknown}) return false;`]),
        "}",
        // The variant has said what is wrong; the union as a whole is not satisfied either.
        `if (found) ${this.surroundings.kit("failUnion")}(found, ${count}, ${at === "" ? "at" : pointerCode(at)}, "${keyword}");`,
      ]),
      `} else if (${failure}) return false;`,
    );
  }

  private unevaluated(schema: Schema, value: string, at: string, mode: string): Statement[] {
    const statements: Statement[] = [];
    const properties = schema.unevaluatedProperties as ModelSchema | undefined;
    if (properties !== undefined && properties !== true) {
      const known = staticNames(schema, this.surroundings.lookup);
      if (known === "all") return [];
      const inner = known
        ? this.others(properties, "unevaluatedProperties", known.names, known.patterns, value, at, mode)
        : this.counted(schema, "unevaluatedProperties", value, mode, (seen) =>
            this.others(properties, "unevaluatedProperties", [], [], value, at, mode, seen),
          );
      statements.push(...when(this.isOf("object", value), inner));
    }
    const items = schema.unevaluatedItems as ModelSchema | undefined;
    if (items !== undefined && items !== true) {
      const inner = this.counted(schema, "unevaluatedItems", value, mode, (seen) => {
        const [index, item] = [this.locals.name("i"), this.locals.name("item")];
        const checks =
          items === false
            ? [test("", this.fail(at, "unevaluatedItems", index))]
            : this.check(items, item, `${at}/\${${index}}`, mode);
        const body = linesOf(when(`!${seen}.has(${index})`, checks));
        return [this.loop(value, index, "0", item, body)];
      });
      statements.push(...when(this.isOf("array", value), inner));
    }
    return statements;
  }

  /** Collects what the rest of the schema has looked at, then judges what is left. */
  private counted(
    schema: Schema,
    keyword: "unevaluatedProperties" | "unevaluatedItems",
    value: string,
    mode: string,
    judge: (seen: string) => Statement[],
  ): Statement[] {
    const { [keyword]: _, ...rest } = schema;
    const seen = this.locals.name("evaluated");
    const inner = judge(seen);
    if (inner.length === 0) return [];
    return [
      lines(
        `const ${seen} = new ${this.surroundings.kit("Evaluated")}();`,
        ...collectorBody(rest, value, this, mode === "false", seen),
      ),
      ...inner,
    ];
  }

  /** An expression that is true when a value satisfies a schema. */
  holds(schema: ModelSchema, value: string, mode: string): string {
    if (typeof schema === "boolean") return String(schema);
    if (isBinary(schema)) return "true";
    const keywords = Object.keys(schema).filter((keyword) => !isAnnotation(keyword));
    const [only] = keywords;
    if (only === undefined) return "true";
    if (keywords.length === 1) {
      if (only === "$ref" && typeof schema.$ref === "string")
        return `${this.surroundings.guard(schema.$ref)}(${value}, ${mode})`;
      if (only === "const") return this.equals(value, schema.const);
      if (only === "type") {
        const declared = ownTypes({ type: schema.type });
        return either(typeNames.filter((type) => declared & bits[type]).map((type) => this.isOf(type, value, schema)));
      }
    }
    return `${this.guardOf(schema)}(${value}, ${mode})`;
  }

  /** The function that judges a schema: that of its type, or one of its own beside the validator. */
  private guardOf(schema: ModelSchema): string {
    if (typeof schema === "object" && typeof schema.$ref === "string") {
      const keywords = Object.keys(schema).filter((keyword) => !isAnnotation(keyword));
      if (keywords.length === 1) return this.surroundings.guard(schema.$ref);
    }
    const key = (typeof schema === "boolean" ? (schema ? {} : { not: {} }) : schema) as Schema;
    let name = this.parts.get(key);
    if (name === undefined) {
      name = `${this.source.name}$${this.parts.size + 1}`;
      this.parts.set(key, name);
      this.hoisted.push(...this.functionCode(`function ${name}`, key), "");
    }
    return name;
  }

  member(value: string, name: string): string {
    if (inherited.has(name)) return `${this.surroundings.kit("own")}(${value}, ${stringLiteral(name)})`;
    const key = objectKey(name);
    return key.startsWith('"') ? `${value}[${key}]` : `${value}.${key}`;
  }

  local(wish: string): string {
    return this.locals.name(wish);
  }

  pattern(pattern: string): string {
    return this.constant("pattern", regExpCode(pattern));
  }

  private fail(at: string, keyword: string, detail?: string): string {
    const text = detail === undefined ? "" : `, ${detail}`;
    return `${this.surroundings.kit("fail")}(found, ${at === "" ? "at" : pointerCode(at)}, "${keyword}"${text})`;
  }

  /** The name of a constant beside the function; the same code is one constant. */
  private constant(what: string, code: string): string {
    let name = this.constants.get(code);
    if (name === undefined) {
      const count = (this.counts.get(what) ?? 0) + 1;
      this.counts.set(what, count);
      name = `${this.source.name}$${what}${count === 1 ? "" : count}`;
      this.constants.set(code, name);
      this.hoisted.push(`const ${name} = ${code};`);
    }
    return name;
  }
}

function setOf(names: readonly string[]): string {
  return `/* @__PURE__ */ new Set(${valueLiteral(names)})`;
}

function strictly(mode: string): string {
  return mode === "false" ? "" : `!${mode} && `;
}

function pointerCode(at: string): string {
  return `\`\${at}${at}\``;
}

/** A member's name as a step of a pointer, as template text. */
function stepText(name: string): string {
  return templateText(pointerTo("", name));
}

function isTextEnum(schema: Schema): boolean {
  return Array.isArray(schema.enum) && schema.enum.every((one) => typeof one === "string");
}

function onlyIntegers(schema: Schema): boolean {
  return (
    schema.type === "integer" ||
    (Array.isArray(schema.type) && schema.type.includes("integer") && !schema.type.includes("number"))
  );
}

function namesIn(list: unknown): string[] {
  return Array.isArray(list) ? [...new Set(list.filter((name): name is string => typeof name === "string"))] : [];
}

function listOf(value: unknown): readonly ModelSchema[] {
  return Array.isArray(value) ? (value as ModelSchema[]) : [];
}

/** Bytes never stand in JSON; what a form or body carries is no matter for validators. */
export function isBinary(schema: JsonObject): boolean {
  return schema["x-binary"] === true || (schema.type === "string" && schema.format === "binary");
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
