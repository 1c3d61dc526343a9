import type { FormField } from "@agentwire/kit";
import { isObject } from "../read/json.js";
import { saysBytes } from "./bytes.js";
import type { ModelSchema, TypeId } from "./types.js";
import { flatten } from "./wire-type.js";

type Lookup = (id: TypeId) => ModelSchema | undefined;
type Fields = Readonly<Record<string, FormField>>;

/**
 * The fields of a multipart form, with those that hold files marked: of these, a part is never read as text. Those that
 * are plain text are listed too: of these, a part is text even where it is sent as a file.
 */
export function multipartFields(fields: Fields, schema: ModelSchema, lookup: Lookup): Fields {
  const members = flatten(schema, lookup).flatMap((part) =>
    Object.entries(isObject(part.properties) ? part.properties : {}),
  );
  const marked = members.flatMap(([name, member]): [string, FormField][] => {
    const parts = flatten(member as ModelSchema, lookup);
    const items = parts.flatMap((part) => (isObject(part.items) ? flatten(part.items, lookup) : []));
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const { type = "string", items: each, contentType } = known ?? {};
    if (areBytes(parts) || areBytes(items))
      return [[name, { type, bytes: true, ...(each && { items: each }), ...(contentType && { contentType }) }]];
    return known === undefined && parts.some(isText) ? [[name, { type }]] : [];
  });
  return Object.fromEntries([...Object.entries(fields), ...marked]);
}

/** Whether all texts that schemas allow are bytes. */
function areBytes(parts: readonly Record<string, unknown>[]): boolean {
  const texts = parts.filter((part) => saysBytes(part) || isText(part));
  return texts.length > 0 && texts.every(saysBytes);
}

function isText({ type }: Record<string, unknown>): boolean {
  return [type].flat().includes("string");
}
