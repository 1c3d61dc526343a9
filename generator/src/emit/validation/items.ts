import { listOf } from "../../model/keywords.js";
import type { ModelSchema } from "../../model/types.js";
import { addAll } from "../../read/lists.js";
import { indented, type Lines, lines, linesOf, type Statement, test } from "./body.js";
import type { Schema, Spot, Writer } from "./writer.js";

/** Keywords that concern arrays, but for `unevaluatedItems`. */
export function arrayChecks(schema: Schema, spot: Spot, writer: Writer): Statement[] {
  const { value, at, mode } = spot;
  const statements: Statement[] = [];
  const { minItems: min, maxItems: max } = schema;
  if (typeof min === "number" && min > 0)
    statements.push(test(`${value}.length < ${min}`, writer.fail(at, "minItems", String(min))));
  if (typeof max === "number")
    statements.push(test(`${value}.length > ${max}`, writer.fail(at, "maxItems", String(max))));
  const prefix = listOf(schema.prefixItems);
  for (const [index, item] of prefix.entries()) {
    const local = writer.local(`item${index}`);
    const inner = writer.check(item, { value: local, at: `${at}/${index}`, mode });
    if (inner.length === 0) continue;
    const body = [`const ${local} = ${value}[${index}];`, ...linesOf(inner)];
    statements.push(lines(`if (${value}.length > ${index}) {`, indented(body), "}"));
  }
  const items = schema.items as ModelSchema | undefined;
  if (items === false) {
    statements.push(test(`${value}.length > ${prefix.length}`, writer.fail(at, "items", String(prefix.length))));
  } else if (items !== undefined && items !== true) {
    const [index, item] = [writer.local("i"), writer.local("item")];
    const inner = writer.check(items, { value: item, at: `${at}/\${${index}}`, mode });
    if (inner.length > 0) statements.push(loop(value, index, String(prefix.length), item, linesOf(inner)));
  }
  if (schema.contains !== undefined) addAll(statements, containsChecks(schema, spot, writer));
  if (schema.uniqueItems === true)
    statements.push(test(`!${writer.kit("hasUniqueItems")}(${value})`, writer.fail(at, "uniqueItems")));
  return statements;
}

export function loop(list: string, index: string, start: string, item: string, body: readonly string[]): Lines {
  return lines(
    `for (let ${index} = ${start}; ${index} < ${list}.length; ${index}++) {`,
    indented([`const ${item} = ${list}[${index}];`, ...body]),
    "}",
  );
}

function containsChecks(schema: Schema, { value, at }: Spot, writer: Writer): Statement[] {
  const min = typeof schema.minContains === "number" ? schema.minContains : 1;
  const max = typeof schema.maxContains === "number" ? schema.maxContains : undefined;
  if (min === 0 && max === undefined) return [];
  const [item, count] = [writer.local("item"), writer.local("count")];
  const holds = writer.holds(schema.contains as ModelSchema, item, "false");
  const keyword = schema.minContains === undefined ? "contains" : "minContains";
  return [
    lines(`let ${count} = 0;`, `for (const ${item} of ${value}) if (${holds}) ${count}++;`),
    ...(min > 0 ? [test(`${count} < ${min}`, writer.fail(at, keyword, String(min)))] : []),
    ...(max === undefined ? [] : [test(`${count} > ${max}`, writer.fail(at, "maxContains", String(max)))]),
  ];
}
