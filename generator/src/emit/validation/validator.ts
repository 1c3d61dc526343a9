import { bits, type JsonType, ownTypes, typeNames } from "../../model/json-types.js";
import type { ModelSchema } from "../../model/types.js";
import { stringLiteral, valueLiteral } from "../../print/escape.js";
import { addAll } from "../../read/lists.js";
import { either, indented, lines, linesOf, not, type Statement, test, when } from "./body.js";
import { choiceChecks, declaredTypes, valueChecks } from "./choices.js";
import { collectorBody } from "./evaluated.js";
import { arrayChecks } from "./items.js";
import { Locals } from "./locals.js";
import { objectChecks } from "./members.js";
import { enumChecks, numberChecks, textChecks } from "./scalars.js";
import { unevaluatedChecks } from "./unevaluated.js";
import {
  constraintsOf,
  isBinary,
  isTextEnum,
  pointerCode,
  type Schema,
  type Spot,
  type Surroundings,
  Writer,
} from "./writer.js";

/** The code of one function that judges a schema, and the constants and parts it stands on. `name` names those. */
export function validatorCode(
  { name, guard, schema, isExported }: { name: string; guard: string; schema: ModelSchema; isExported: boolean },
  surroundings: Surroundings,
): string[] {
  return new Validator(name, surroundings).code(`${isExported ? "export " : ""}function ${guard}`, schema);
}

/** The collector of one type, for `unevaluatedProperties` and `unevaluatedItems` of schemas that refer to it. */
export function collectorCode(
  { name, collector, schema }: { name: string; collector: string; schema: ModelSchema },
  surroundings: Surroundings,
): string[] {
  // A `$` more keeps its constants apart from those of the validator.
  return new Validator(`${name}$`, surroundings).collector(collector, schema);
}

class Validator extends Writer {
  private readonly parts = new Map<Schema, string>();

  constructor(name: string, surroundings: Surroundings) {
    super(name, surroundings);
  }

  code(head: string, schema: ModelSchema): string[] {
    const own = this.functionCode(head, schema);
    return [...this.hoisted, ...own];
  }

  collector(name: string, schema: ModelSchema): string[] {
    const body = collectorBody(schema, "value", this, false);
    const own = [`export function ${name}(value, seen, tolerant) {`, ...indented(body), "}"];
    return [...this.hoisted, ...own];
  }

  private functionCode(head: string, schema: ModelSchema): string[] {
    const outer = this.locals;
    this.locals = new Locals();
    const statements = this.checksOf(schema, { value: "value", at: "", mode: "tolerant" });
    this.locals = outer;
    if (statements.length === 0) return [`${head}() {`, "  return true;", "}"];
    return [
      `${head}(value, tolerant, found, at = "") {`,
      "  const before = found?.length;",
      ...indented(linesOf(statements)),
      "  return found?.length === before;",
      "}",
    ];
  }

  check(schema: ModelSchema, spot: Spot): Statement[] {
    const shared = typeof schema === "object" ? this.surroundings.shared(schema) : undefined;
    return shared === undefined ? this.checksOf(schema, spot) : [this.call(shared, spot)];
  }

  private checksOf(schema: ModelSchema, spot: Spot): Statement[] {
    if (schema === true) return [];
    if (schema === false) return [test("", this.fail(spot.at, "not"))];
    if (isBinary(schema)) return [];
    const reference = typeof schema.$ref === "string" ? [this.call(this.surroundings.guard(schema.$ref), spot)] : [];
    return [
      ...reference,
      ...this.typed(schema, spot),
      ...valueChecks(schema, spot, this),
      ...choiceChecks(schema, spot, this),
      ...unevaluatedChecks(schema, spot, this),
    ];
  }

  /** `type`, and the keywords that only concern values of one type. */
  private typed(schema: Schema, spot: Spot): Statement[] {
    const declared = declaredTypes(schema);
    const groups = typeNames
      .filter((type) => declared & bits[type])
      .map((type) => ({ type, condition: this.isOf(type, spot.value, schema), checks: this.group(type, schema, spot) }))
      .filter(({ checks }) => checks.length > 0);
    if (schema.type === undefined) return groups.flatMap(({ condition, checks }) => when(condition, checks));
    const failure = this.typeFailure(schema, spot);
    const rest = typeNames
      .filter((type) => declared & bits[type] && !groups.some((group) => group.type === type))
      .map((type) => this.isOf(type, spot.value, schema));
    const [only] = groups;
    if (!only) return [test(rest.map(not).join(" && "), failure)];
    if (groups.length === 1 && rest.length === 0) return when(only.condition, only.checks, test("", failure));
    const branches = groups.map(({ condition, checks }, index) => [
      `${index === 0 ? "" : "} else "}if (${condition}) {`,
      ...indented(linesOf(checks)),
    ]);
    const otherwise = rest.length === 0 ? failure : `${rest.map(not).join(" && ")} && ${failure}`;
    return [lines(branches.flat(), `} else if (${otherwise}) return false;`)];
  }

  private typeFailure({ type }: Schema, { value, at, member }: Spot): string {
    if (!member) return this.fail(at, "type", valueLiteral(type));
    const of = pointerCode(member.of);
    return `${this.kit("failMember")}(found, ${of}, ${stringLiteral(member.name)}, ${value}, ${valueLiteral(type)})`;
  }

  private group(type: JsonType, schema: Schema, given: Spot): Statement[] {
    const { member: _, ...spot } = given;
    switch (type) {
      case "object":
        return objectChecks(schema, spot, this);
      case "array":
        return arrayChecks(schema, spot, this);
      case "string":
        return [...textChecks(schema, spot, this), ...(isTextEnum(schema) ? enumChecks(schema, spot, this) : [])];
      case "number":
        return numberChecks(schema, spot, this);
      default:
        return [];
    }
  }

  /** True for values of one type. */
  private isOf(type: JsonType, value: string, schema: Schema): string {
    switch (type) {
      case "object":
        return `${this.kit("isObject")}(${value})`;
      case "array":
        return `Array.isArray(${value})`;
      case "null":
        return `${value} === null`;
      case "number":
        // JSON has no NaN and no Infinity.
        return onlyIntegers(schema) ? `Number.isInteger(${value})` : `Number.isFinite(${value})`;
      default:
        return `typeof ${value} === "${type}"`;
    }
  }

  holds(schema: ModelSchema, value: string, mode: string): string {
    if (typeof schema === "boolean") return String(schema);
    if (isBinary(schema)) return "true";
    const keywords = constraintsOf(schema);
    const [only] = keywords;
    if (only === undefined) return "true";
    if (keywords.length === 1) {
      if (only === "const") return this.equals(value, schema.const);
      if (only === "type") {
        const declared = ownTypes({ type: schema.type });
        return either(typeNames.filter((type) => declared & bits[type]).map((type) => this.isOf(type, value, schema)));
      }
    }
    return `${this.guardOf(schema)}(${value}, ${mode})`;
  }

  guardOf(schema: ModelSchema): string {
    if (typeof schema === "object") {
      if (typeof schema.$ref === "string" && constraintsOf(schema).length === 1)
        return this.surroundings.guard(schema.$ref);
      const shared = this.surroundings.shared(schema);
      if (shared !== undefined) return shared;
    }
    const key: Schema = typeof schema === "boolean" ? (schema ? {} : { not: {} }) : schema;
    let name = this.parts.get(key);
    if (name === undefined) {
      name = `${this.name}$${this.parts.size + 1}`;
      this.parts.set(key, name);
      addAll(this.hoisted, this.functionCode(`function ${name}`, key));
      this.hoisted.push("");
    }
    return name;
  }
}

function onlyIntegers({ type }: Schema): boolean {
  return type === "integer" || (Array.isArray(type) && type.includes("integer") && !type.includes("number"));
}
