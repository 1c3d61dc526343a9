import { type Discriminator, discriminatorOf } from "../../model/discriminator.js";
import { allTypes, bits, ownTypes, typesOf } from "../../model/json-types.js";
import { listOf } from "../../model/keywords.js";
import type { ModelSchema } from "../../model/types.js";
import { stringLiteral } from "../../print/escape.js";
import { addAll } from "../../read/lists.js";
import { either, indented, type Lines, lines, linesOf, not, type Statement, test, when } from "./body.js";
import { enumChecks } from "./scalars.js";
import { isTextEnum, pointerCode, type Schema, type Spot, type Writer } from "./writer.js";

/** `const` and `enum`, where no check of the type has judged them already. */
export function valueChecks(schema: Schema, spot: Spot, writer: Writer): Statement[] {
  const statements: Statement[] = [];
  if (Object.hasOwn(schema, "const")) {
    const failure = writer.fail(spot.at, "const", writer.literal(schema.const));
    statements.push(test(not(writer.equals(spot.value, schema.const)), failure));
  }
  if (Array.isArray(schema.enum) && !isTextEnum(schema)) addAll(statements, enumChecks(schema, spot, writer));
  return statements;
}

/** `allOf`, `anyOf`, `oneOf`, `not`, `if`. */
export function choiceChecks(schema: Schema, spot: Spot, writer: Writer): Statement[] {
  const statements: Statement[] = [];
  for (const branch of listOf(schema.allOf)) addAll(statements, writer.check(branch, spot));
  for (const keyword of ["anyOf", "oneOf"] as const)
    if (Array.isArray(schema[keyword])) addAll(statements, unionChecks(keyword, schema, spot, writer));
  if (schema.not !== undefined) {
    const holds = writer.holds(schema.not as ModelSchema, spot.value, "false");
    statements.push(test(holds === "true" ? "" : holds, writer.fail(spot.at, "not")));
  }
  if (schema.if !== undefined) addAll(statements, conditionChecks(schema, spot, writer));
  return statements;
}

function conditionChecks(schema: Schema, spot: Spot, writer: Writer): Statement[] {
  const side = (keyword: "then" | "else") =>
    schema[keyword] === undefined ? [] : writer.check(schema[keyword] as ModelSchema, spot);
  const [yes, no] = [side("then"), side("else")];
  if (yes.length === 0 && no.length === 0) return [];
  const holds = writer.holds(schema.if as ModelSchema, spot.value, "false");
  if (no.length === 0) return when(holds, yes);
  if (yes.length === 0) return when(not(holds), no);
  return [lines(`if (${holds}) {`, indented(linesOf(yes)), "} else {", indented(linesOf(no)), "}")];
}

function unionChecks(keyword: "anyOf" | "oneOf", schema: Schema, spot: Spot, writer: Writer): Statement[] {
  const branches = listOf(schema[keyword]);
  const { lookup } = writer.surroundings;
  const discriminator = discriminatorOf(schema, branches, lookup);
  if (discriminator) return [dispatch(keyword, discriminator, branches, spot, writer)];
  const { value, at, mode } = spot;
  const failure = writer.fail(at, keyword);
  const holds = branches.map((branch) => writer.holds(branch, value, mode));
  if (holds.includes("true") && (keyword === "anyOf" || holds.length === 1)) return [];
  const types = branches.map((branch) => typesOf(branch, lookup));
  if (keyword === "oneOf" && !areDisjoint(types)) {
    const sum = holds.map((one) => `(${one} ? 1 : 0)`).join(" + ");
    const count = writer.local("count");
    const wrong = mode === "false" ? `${count} !== 1` : `(${mode} ? ${count} === 0 : ${count} !== 1)`;
    return [lines(`const ${count} = ${sum};`), test(wrong, failure)];
  }
  const explained = explanations(branches, types, spot, writer);
  if (explained.length === 0) return [test(not(either(holds)), failure)];
  return [
    lines(`if (${not(either(holds))}) {`, indented(["if (!found) return false;", ...explained, `${failure};`]), "}"),
  ];
}

function areDisjoint(types: readonly number[]): boolean {
  let all = 0;
  for (const one of types) {
    if (all & one) return false;
    all |= one;
  }
  return true;
}

/** Where a value's type picks the branch, that branch says what is wrong. */
function explanations(
  branches: readonly ModelSchema[],
  types: readonly number[],
  { value, at, mode }: Spot,
  writer: Writer,
): string[] {
  return branches.flatMap((branch, index) => {
    const mask = types[index] ?? 0;
    const isLone = types.every((other, position) => position === index || (other & mask) === 0);
    if (!isLone || (mask !== bits.object && mask !== bits.array)) return [];
    const isOf = mask === bits.object ? writer.kit("isObject") : "Array.isArray";
    return [`if (${isOf}(${value})) ${writer.guardOf(branch)}(${value}, ${mode}, found, ${pointerCode(at)});`];
  });
}

/** A union whose variants a member tells apart: one look, and one variant is judged. */
function dispatch(
  keyword: string,
  { name, values, nullAt }: Discriminator,
  branches: readonly ModelSchema[],
  spot: Spot,
  writer: Writer,
): Lines {
  const { value, at, mode } = spot;
  const read = writer.member(value, name);
  const cases = branches.flatMap((branch, index) => {
    if (index === nullAt) return [];
    const labels = (values[index] ?? []).map((text) => `case ${stringLiteral(text)}:`);
    const body = [...linesOf(writer.check(branch, spot)), "break;"];
    return [...labels.slice(0, -1), `${labels.at(-1)} {`, ...indented(body), "}"];
  });
  const failure = writer.fail(at, keyword);
  const unknown = mode === "false" ? failure : `!(${mode} && typeof ${read} === "string") && ${failure}`;
  const count = writer.local("count");
  return lines(
    `if (${writer.kit("isObject")}(${value})) {`,
    indented([
      `const ${count} = found?.length;`,
      `switch (${read}) {`,
      ...indented([...cases, "default:", `  if (${unknown}) return false;`]),
      "}",
      // The variant has said what is wrong; the union as a whole is not satisfied either.
      `if (found) ${writer.kit("failUnion")}(found, ${count}, ${pointerCode(at)}, "${keyword}");`,
    ]),
    `} else if (${nullAt === undefined ? "" : `${value} !== null && `}${failure}) return false;`,
  );
}

/** What the `type` of a schema allows. */
export function declaredTypes({ type }: Schema): number {
  return type === undefined ? allTypes : ownTypes({ type });
}
