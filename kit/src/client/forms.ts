import type { FormField, Media } from "../operation.js";
import { own } from "./own.js";
import { escaped, textOf } from "./parameters.js";
import { isObject } from "./pointer.js";
import { styleWriter } from "./styles.js";
import { isThere, membersOf, refuse } from "./target.js";

type Fields = Media["fields"];

/** `application/x-www-form-urlencoded`: a field a member, an array one field an item, unless `encoding` says more. */
export function urlEncoded(operation: string, value: unknown, fields: Fields): string {
  return membersOf(value)
    .map(([name, member]) => {
      const field = fieldOf(fields, name);
      if (isStyled(field)) return styled(operation, name, field, member);
      return new URLSearchParams(occurrences(member, field).map((item) => [name, textOf(item)])).toString();
    })
    .filter((text) => text !== "")
    .join("&");
}

/** `multipart/form-data`: a part an occurrence of a field; objects are JSON, bytes and blobs are files. */
export function multipartOf(operation: string, value: unknown, fields: Fields): FormData {
  if (value instanceof FormData) return value;
  const form = new FormData();
  for (const [name, member] of membersOf(value)) {
    const field = fieldOf(fields, name);
    if (isStyled(field)) {
      const query = styled(operation, name, field, member);
      // Parts are not percent-encoded: there, a comma of an item is one between items.
      const divides = field.explode === false && (field.style ?? "form") === "form" && isObject(member);
      if (divides && query.includes("%2C", query.indexOf("=")))
        refuse(operation, escaped(name), 'has "," in an item, which would divide it', "body");
      for (const [key, text] of new URLSearchParams(query)) form.append(key, text);
    } else {
      for (const item of occurrences(member, field)) form.append(name, partOf(item, field) as Blob);
    }
  }
  return form;
}

/** A member's occurrences: the items of an array, unless it is one JSON text. */
function occurrences(member: unknown, field: FormField | undefined): unknown[] {
  if (field?.type === "json") return [JSON.stringify(member)];
  return [member].flat().filter(isThere);
}

function partOf(item: unknown, { contentType, type: kind }: Partial<FormField> = {}): Blob | string {
  // A list or range of types leaves the choice to the value, and plain text is what texts are.
  const type = contentType === undefined || /[*,]|^text\/plain\b/i.test(contentType) ? "" : contentType;
  if (item instanceof Blob) return item.type === "" && type !== "" ? new Blob([item], { type }) : item;
  if (item instanceof ArrayBuffer || ArrayBuffer.isView(item)) return new Blob([item as BlobPart], { type });
  if (isObject(item)) return new Blob([JSON.stringify(item)], { type: type || "application/json" });
  const text = String(item);
  return type === "" && kind !== "json" ? text : new Blob([text], { type: type || "application/json" });
}

function isStyled(field: FormField | undefined): field is FormField {
  return field !== undefined && (field.style ?? field.explode ?? field.allowReserved) !== undefined;
}

/** As a query parameter would be written (Encoding Object, `style`). */
function styled(
  operation: string,
  name: string,
  { type, style, explode, allowReserved }: FormField,
  member: unknown,
): string {
  return styleWriter(operation, {
    name,
    in: "query",
    type,
    ...(style && { style }),
    ...(explode !== undefined && { explode }),
    ...(allowReserved && { allowReserved }),
  })(member);
}

function fieldOf(fields: Fields, name: string): FormField | undefined {
  return own(fields, name);
}
