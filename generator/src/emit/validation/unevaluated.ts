import type { ModelSchema } from "../../model/types.js";
import { lines, linesOf, type Statement, test, when } from "./body.js";
import { collectorBody, staticNames } from "./evaluated.js";
import { loop } from "./items.js";
import { remainingChecks } from "./members.js";
import type { Schema, Spot, Writer } from "./writer.js";

/** `unevaluatedProperties` and `unevaluatedItems`: what no other part of the schema has looked at. */
export function unevaluatedChecks(schema: Schema, spot: Spot, writer: Writer): Statement[] {
  return [...propertyChecks(schema, spot, writer), ...itemChecks(schema, spot, writer)];
}

function propertyChecks(schema: Schema, spot: Spot, writer: Writer): Statement[] {
  const properties = schema.unevaluatedProperties as ModelSchema | undefined;
  if (properties === undefined || properties === true) return [];
  const remaining = { schema: properties, keyword: "unevaluatedProperties" } as const;
  const known = staticNames(schema, writer.surroundings.lookup);
  if (known === "all") return [];
  const checks = known
    ? remainingChecks({ ...remaining, ...known }, spot, writer)
    : counted(schema, "unevaluatedProperties", spot, writer, (seen) =>
        remainingChecks({ ...remaining, names: [], patterns: [], seen }, spot, writer),
      );
  return when(`${writer.kit("isObject")}(${spot.value})`, checks);
}

function itemChecks(schema: Schema, spot: Spot, writer: Writer): Statement[] {
  const items = schema.unevaluatedItems as ModelSchema | undefined;
  if (items === undefined || items === true) return [];
  const { value, at, mode } = spot;
  const checks = counted(schema, "unevaluatedItems", spot, writer, (seen) => {
    const [index, item] = [writer.local("i"), writer.local("item")];
    const inner =
      items === false
        ? [test("", writer.fail(at, "unevaluatedItems", index))]
        : writer.check(items, { value: item, at: `${at}/\${${index}}`, mode });
    return [loop(value, index, "0", item, linesOf(when(`!${seen}.has(${index})`, inner)))];
  });
  return when(`Array.isArray(${value})`, checks);
}

/** Collects what the rest of the schema has looked at, then judges what is left. */
function counted(
  schema: Schema,
  keyword: "unevaluatedProperties" | "unevaluatedItems",
  { value, mode }: Spot,
  writer: Writer,
  judge: (seen: string) => Statement[],
): Statement[] {
  const { [keyword]: _, ...rest } = schema;
  const seen = writer.local("evaluated");
  const inner = judge(seen);
  if (inner.length === 0) return [];
  const collect = collectorBody(rest, value, writer, mode === "false", seen);
  return [lines(`const ${seen} = new ${writer.kit("Evaluated")}();`, collect), ...inner];
}
