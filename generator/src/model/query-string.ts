import type { Found } from "../read/found.js";
import { isObject, listMember, objectMember } from "../read/json.js";
import { addAll } from "../read/lists.js";
import type { ContentReader } from "./content.js";
import { bareType } from "./media.js";
import type { ReadParameter } from "./parameter.js";
import type { ModelSchema } from "./types.js";
import { flatten, formFieldsOf } from "./wire-type.js";

/** What is said of an object as a whole, which no parameter can say by itself. */
const wholes = [
  ...["anyOf", "oneOf", "not", "if", "patternProperties", "propertyNames", "minProperties", "maxProperties"],
  ...["dependentRequired", "dependentSchemas", "unevaluatedProperties"],
];

/**
 * The parameters that a parameter `in: querystring` (OpenAPI 3.2) comes to: its content is a form, which is what a query
 * is, so that each member of it is a parameter of the query. Undefined for other content.
 */
export function inQueryString(
  { value, place }: Found,
  schema: ModelSchema,
  contents: ContentReader,
): ReadParameter[] | undefined {
  const [[type, media] = ["", undefined]] = Object.entries(objectMember(value, "content") ?? {});
  if (bareType(type) !== "application/x-www-form-urlencoded") return undefined;
  const parts = flatten(schema, contents.lookup);
  const said = parts.flatMap((part) => wholes.filter((keyword) => part[keyword] !== undefined));
  const others = parts.some((part) => part.additionalProperties !== undefined && part.additionalProperties !== false);
  for (const keyword of new Set([...said, ...(others ? ["additionalProperties"] : [])]))
    contents.notSupported(`${keyword} of a query string`, place);
  const required = requiredBy(schema, contents);
  const fields = formFieldsOf(schema, contents.lookup, objectMember(media, "encoding"), true);
  const members = new Map<string, ModelSchema[]>();
  for (const part of parts)
    for (const [name, member] of Object.entries(isObject(part.properties) ? part.properties : {}))
      members.set(name, [...(members.get(name) ?? []), member as ModelSchema]);
  return [...members].map(([name, schemas]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const { contentType, type, style, ...wire } = field ?? { type: "string" as const };
    const [only] = schemas;
    return {
      model: {
        name,
        in: "query",
        required: required.has(name),
        // In a form, an object without a style is JSON.
        type: type === "object" && style === undefined && wire.explode === undefined ? "json" : type,
        ...(style === undefined ? {} : { style }),
        ...wire,
        place,
      },
      schema: schemas.length === 1 && only !== undefined ? only : { allOf: schemas },
    };
  });
}

/** What must be there, whichever alternative it is. */
function requiredBy(schema: ModelSchema, contents: ContentReader): ReadonlySet<unknown> {
  const required = new Set<unknown>();
  const seen = new Set<unknown>();
  const pending: unknown[] = [schema];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    for (const name of listMember(next, "required") ?? []) required.add(name);
    addAll(pending, listMember(next, "allOf") ?? []);
    if (typeof next.$ref === "string") pending.push(contents.lookup(next.$ref));
  }
  return required;
}
