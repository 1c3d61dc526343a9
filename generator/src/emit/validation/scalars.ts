import { stringLiteral, valueLiteral } from "../../print/escape.js";
import { either, not, type Statement, test } from "./body.js";
import { formatFunctions } from "./locals.js";
import type { Schema, Spot, Writer } from "./writer.js";

/** Keywords that concern numbers. */
export function numberChecks(schema: Schema, { value, at, mode }: Spot, writer: Writer): Statement[] {
  const bound = (keyword: string, operator: string): Statement[] => {
    const limit = schema[keyword];
    return typeof limit === "number"
      ? [test(`${value} ${operator} ${valueLiteral(limit)}`, writer.fail(at, keyword, valueLiteral(limit)))]
      : [];
  };
  const statements = [
    ...bound("minimum", "<"),
    ...bound("maximum", ">"),
    ...bound("exclusiveMinimum", "<="),
    ...bound("exclusiveMaximum", ">="),
  ];
  const step = schema.multipleOf;
  if (typeof step === "number" && step > 0) {
    const isMultiple =
      step === 1 ? `Number.isInteger(${value})` : `${writer.kit("multipleOf")}(${value}, ${valueLiteral(step)})`;
    statements.push(test(`!${isMultiple}`, writer.fail(at, "multipleOf", valueLiteral(step))));
  }
  if (schema.format === "int32" && writer.surroundings.assertFormats) {
    const outside = `${strictly(mode)}(${value} < -2147483648 || ${value} > 2147483647)`;
    statements.push(test(outside, writer.fail(at, "format", '"int32"')));
  }
  return statements;
}

function strictly(mode: string): string {
  return mode === "false" ? "" : `!${mode} && `;
}

/** Keywords that concern texts. */
export function textChecks(schema: Schema, { value, at, mode }: Spot, writer: Writer): Statement[] {
  const { minLength: min, maxLength: max, pattern, format } = schema;
  const statements: Statement[] = [];
  const length = () => `${writer.kit("codePointLength")}(${value})`;
  // UTF-16 units are never fewer than code points, and never more than twice as many.
  if (typeof min === "number" && min > 0) {
    const short = min === 1 ? `${value}.length === 0` : `${value}.length < ${min * 2} && ${length()} < ${min}`;
    statements.push(test(short, writer.fail(at, "minLength", String(min))));
  }
  if (typeof max === "number")
    statements.push(
      test(`${value}.length > ${max} && ${length()} > ${max}`, writer.fail(at, "maxLength", String(max))),
    );
  if (typeof pattern === "string")
    statements.push(
      test(`!${writer.pattern(pattern)}.test(${value})`, writer.fail(at, "pattern", stringLiteral(pattern))),
    );
  if (assertsFormat(schema, writer) && typeof format === "string") {
    const judge = writer.kit(formatFunctions[format] ?? format);
    statements.push(test(`${strictly(mode)}!${judge}(${value})`, writer.fail(at, "format", stringLiteral(format))));
  }
  return statements;
}

/** Whether a schema's `format` is one that is checked here. */
export function assertsFormat({ format }: Schema, { surroundings }: Writer): boolean {
  return typeof format === "string" && surroundings.assertFormats && Object.hasOwn(formatFunctions, format);
}

/** `enum`. Tolerant readers let a choice of texts grow; a single text is a tag, and other values are as written. */
export function enumChecks(schema: Schema, { value, at, mode }: Spot, writer: Writer): Statement[] {
  const values = schema.enum as readonly unknown[];
  const texts = values.filter((one) => typeof one === "string");
  const list = valueLiteral(values);
  const failure = writer.fail(at, "enum", values.length === 1 ? list : writer.constant("values", list));
  const strict = not(writer.isOne(value, values));
  if (mode === "false" || texts.length < 2) return [test(strict, failure)];
  if (schema.type === "string") return [test(`!${mode} && ${strict}`, failure)];
  const others = values.filter((one) => typeof one !== "string");
  const open = `${mode} && ${either([`typeof ${value} === "string"`, ...writer.isEach(value, others)])}`;
  return [test(`!(${open}) && ${strict}`, failure)];
}
