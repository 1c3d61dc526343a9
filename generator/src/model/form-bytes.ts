import type { FormField } from "@agentwire/kit";
import { isObject } from "../read/json.js";
import { saysBytes } from "./bytes.js";
import type { ModelSchema, TypeId } from "./types.js";
import { flatten } from "./wire-type.js";

type Lookup = (id: TypeId) => ModelSchema | undefined;
type Fields = Readonly<Record<string, FormField>>;

/** The fields of a multipart form, with those that hold files marked: of these, a part is never read as text. */
export function withBytes(fields: Fields, schema: ModelSchema, lookup: Lookup): Fields {
  const members = flatten(schema, lookup).flatMap((part) =>
    Object.entries(isObject(part.properties) ? part.properties : {}),
  );
  const marked = members.flatMap(([name, member]): [string, FormField][] => {
    const parts = flatten(member as ModelSchema, lookup);
    const items = parts.flatMap((part) => (isObject(part.items) ? flatten(part.items, lookup) : []));
    const { type = "string", ...rest } = (Object.hasOwn(fields, name) && fields[name]) || {};
    return areBytes(parts) || areBytes(items) ? [[name, { type, bytes: true, ...rest }]] : [];
  });
  return Object.fromEntries([...Object.entries(fields), ...marked]);
}

/** Whether all texts that schemas allow are bytes. */
function areBytes(parts: readonly Record<string, unknown>[]): boolean {
  const texts = parts.filter((part) => saysBytes(part) || [part.type].flat().includes("string"));
  return texts.length > 0 && texts.every(saysBytes);
}
