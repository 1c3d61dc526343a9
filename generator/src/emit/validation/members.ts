import type { ModelSchema } from "../../model/types.js";
import { stringLiteral } from "../../print/escape.js";
import { isObject } from "../../read/json.js";
import { addAll } from "../../read/lists.js";
import { indented, lines, linesOf, not, type Statement, test, when } from "./body.js";
import { assertsFormat } from "./scalars.js";
import {
  constraintsOf,
  isBinary,
  isTextEnum,
  namesIn,
  type Schema,
  type Spot,
  stepText,
  type Writer,
} from "./writer.js";

/** Keywords that concern objects, but for `unevaluatedProperties`. */
export function objectChecks(schema: Schema, spot: Spot, writer: Writer): Statement[] {
  const { value, at } = spot;
  const statements: Statement[] = [];
  const { minProperties: min, maxProperties: max, propertyNames } = schema;
  const count = () => `${writer.kit("memberCount")}(${value})`;
  if (typeof min === "number" && min > 0)
    statements.push(test(`${count()} < ${min}`, writer.fail(at, "minProperties", String(min))));
  if (typeof max === "number")
    statements.push(test(`${count()} > ${max}`, writer.fail(at, "maxProperties", String(max))));
  addAll(statements, memberChecks(schema, spot, writer));
  addAll(statements, otherMemberChecks(schema, spot, writer));
  if (propertyNames !== undefined && propertyNames !== true) {
    const name = writer.local("name");
    const holds = writer.holds(propertyNames as ModelSchema, name, "false");
    if (holds !== "true") {
      const failure = writer.fail(at, "propertyNames", name);
      statements.push(lines(`for (const ${name} in ${value}) if (${not(holds)} && ${failure}) return false;`));
    }
  }
  addAll(statements, dependencyChecks(schema, spot, writer));
  return statements;
}

function memberChecks(schema: Schema, { value, at, mode }: Spot, writer: Writer): Statement[] {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = new Set(namesIn(schema.required));
  const statements: Statement[] = [];
  for (const [name, given] of Object.entries(properties)) {
    const property = given as ModelSchema;
    const read = writer.member(value, name);
    const inner = { at: `${at}${stepText(name)}`, mode };
    const isRequired = required.delete(name);
    const member = { of: at, name };
    if (isRequired && isBareType(property, writer)) {
      addAll(statements, writer.check(property, { ...inner, value: read, member }));
      continue;
    }
    const local = writer.local(name);
    if (isRequired && tellsAbsence(property, writer)) {
      const checks = writer.check(property, { ...inner, value: local, member });
      statements.push(lines(`const ${local} = ${read};`));
      addAll(statements, checks);
      continue;
    }
    const checks = writer.check(property, { ...inner, value: local });
    const absent = isRequired ? test("", writer.fail(at, "required", stringLiteral(name))) : undefined;
    if (checks.length > 0) {
      statements.push(lines(`const ${local} = ${read};`));
      addAll(statements, when(`${local} !== undefined`, checks, absent));
    } else if (absent) statements.push(test(`${read} === undefined`, absent.fail));
  }
  for (const name of required)
    statements.push(
      test(`${writer.member(value, name)} === undefined`, writer.fail(at, "required", stringLiteral(name))),
    );
  return statements;
}

/** `type` and nothing else that would be checked: the member need not be kept in a variable. */
function isBareType(schema: ModelSchema, writer: Writer): boolean {
  return (
    typeof schema === "object" &&
    schema.type !== undefined &&
    !isBinary(schema) &&
    constraintsOf(schema).every(
      (keyword) =>
        keyword === "type" || (keyword === "format" && !assertsFormat(schema, writer) && schema.format !== "int32"),
    )
  );
}

const alsoOfTheValue = ["$ref", "allOf", "anyOf", "oneOf", "not", "if", "const", "unevaluatedProperties"];

/** Whether all checks of a schema stand behind that of its `type`, so that this one can tell an absent member. */
function tellsAbsence(schema: ModelSchema, writer: Writer): boolean {
  return (
    typeof schema === "object" &&
    schema.type !== undefined &&
    !isBinary(schema) &&
    writer.surroundings.shared(schema) === undefined &&
    (schema.enum === undefined || isTextEnum(schema)) &&
    schema.unevaluatedItems === undefined &&
    alsoOfTheValue.every((keyword) => schema[keyword] === undefined)
  );
}

/** Members that `properties` does not name: `patternProperties` and `additionalProperties`. */
function otherMemberChecks(schema: Schema, spot: Spot, writer: Writer): Statement[] {
  const { value, at, mode } = spot;
  const patterns = isObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
  const extra = schema.additionalProperties as ModelSchema | undefined;
  const names = Object.keys(isObject(schema.properties) ? schema.properties : {});
  if (patterns.length === 0) {
    return extra === undefined || extra === true
      ? []
      : remainingChecks({ schema: extra, keyword: "additionalProperties", names, patterns: [] }, spot, writer);
  }
  const [name, member] = [writer.local("name"), writer.local("item")];
  const body = patterns.flatMap(([pattern, property]) => {
    const inner = { value: member, at: `${at}\${${writer.kit("step")}(${name})}`, mode };
    const checks = writer.check(property as ModelSchema, inner);
    return linesOf(when(`${writer.pattern(pattern)}.test(${name})`, checks));
  });
  const statements: Statement[] = [];
  if (body.length > 0) {
    const read = `const ${member} = ${value}[${name}];`;
    statements.push(lines(`for (const ${name} in ${value}) {`, indented([read, ...body]), "}"));
  }
  if (extra !== undefined && extra !== true) {
    const known = { names, patterns: patterns.map(([pattern]) => pattern) };
    addAll(statements, remainingChecks({ schema: extra, keyword: "additionalProperties", ...known }, spot, writer));
  }
  return statements;
}

/** What members have to be that have none of the names, match none of the patterns and were not seen. */
export interface Remaining {
  readonly schema: ModelSchema;
  readonly keyword: "additionalProperties" | "unevaluatedProperties";
  readonly names: readonly string[];
  readonly patterns: readonly string[];
  /** The variable of what has been looked at, where that depends on the value. */
  readonly seen?: string;
}

export function remainingChecks(
  { schema, keyword, names, patterns, seen }: Remaining,
  { value, at, mode }: Spot,
  writer: Writer,
): Statement[] {
  if (schema === false && mode === "true") return [];
  const [name, member] = [writer.local("name"), writer.local("item")];
  const other = [
    ...writer.isNone(name, names),
    ...patterns.map((pattern) => `!${writer.pattern(pattern)}.test(${name})`),
    ...(seen === undefined ? [] : [`!${seen}.has(${name})`]),
  ].join(" && ");
  if (schema === false) {
    const strictly = mode === "false" ? "" : `if (!${mode}) `;
    const wrong = `${other === "" ? "" : `${other} && `}${writer.fail(at, keyword, name)}`;
    return [lines(`${strictly}for (const ${name} in ${value}) if (${wrong}) return false;`)];
  }
  const inner = writer.check(schema, { value: member, at: `${at}\${${writer.kit("step")}(${name})}`, mode });
  if (inner.length === 0) return [];
  const read = `const ${member} = ${value}[${name}];`;
  const body =
    other === "" ? [read, ...linesOf(inner)] : [`if (${other}) {`, ...indented([read, ...linesOf(inner)]), "}"];
  return [lines(`for (const ${name} in ${value}) {`, indented(body), "}")];
}

function dependencyChecks(schema: Schema, spot: Spot, writer: Writer): Statement[] {
  const statements: Statement[] = [];
  const present = (name: string) => `${writer.member(spot.value, name)} !== undefined`;
  for (const [name, needed] of Object.entries(isObject(schema.dependentRequired) ? schema.dependentRequired : {})) {
    const inner = namesIn(needed).map((other) =>
      test(
        `${writer.member(spot.value, other)} === undefined`,
        writer.fail(spot.at, "dependentRequired", stringLiteral(other)),
      ),
    );
    addAll(statements, when(present(name), inner));
  }
  for (const [name, inner] of Object.entries(isObject(schema.dependentSchemas) ? schema.dependentSchemas : {}))
    addAll(statements, when(present(name), writer.check(inner as ModelSchema, spot)));
  return statements;
}
