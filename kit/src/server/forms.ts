import type { FormField, ParameterType } from "../operation.js";
import type { DecodedBody } from "./body.js";
import { own, put } from "./members.js";
import { scalarOf } from "./parameter-styles.js";
import { Problem } from "./problem.js";

type Fields = Readonly<Record<string, FormField>>;

/**
 * Reads `application/x-www-form-urlencoded` text into an object; a name that comes again makes an array. Text that is
 * no value of the declared type stays text, so that the schema says what is wrong.
 * @throws Problem `malformed_body` on a broken percent-encoding
 */
export function parseForm(text: string, fields: Fields = {}): Record<string, unknown> {
  const form: Record<string, unknown> = {};
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const name = decoded(at < 0 ? pair : pair.slice(0, at));
    append(form, name, typed(decoded(at < 0 ? "" : pair.slice(at + 1)), name, fields));
  }
  return withLists(form, fields);
}

/**
 * Reads `multipart/form-data` into an object of values and `File`s, with the platform's own parser. A JSON part of a
 * field that is declared as a value is that value.
 * The bytes are already bounded. A schema judges text in the place of each file.
 * @throws Problem `malformed_body`
 */
export async function parseMultipart(
  bytes: Uint8Array,
  contentType: string,
  fields: Fields = {},
): Promise<DecodedBody> {
  let form: FormData;
  try {
    form = await new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: { "content-type": contentType },
    }).formData();
  } catch {
    throw new Problem("malformed_body", "The body is not valid multipart/form-data.");
  }
  const value: Record<string, unknown> = {};
  const judged: Record<string, unknown> = {};
  for (const [name, part] of form) {
    const read = typeof part === "string" ? part : await textOfValue(part, name, fields);
    const item = read === undefined ? part : typed(read, name, fields);
    append(value, name, item);
    append(judged, name, read === undefined ? "" : item);
  }
  return { value: withLists(value, fields), judged: withLists(judged, fields) };
}

/** The text of a part that is a value and no file: JSON, in a field that is declared as no text. */
async function textOfValue(part: File, name: string, fields: Fields): Promise<string | undefined> {
  const isValue = part.type.split(";")[0] === "application/json" && itemType(name, fields) !== "string";
  return isValue ? await part.text() : undefined;
}

/** The declared type of one occurrence of a field. */
function itemType(name: string, fields: Fields): ParameterType {
  const field = own(fields, name) as FormField | undefined;
  return field?.type === "array" ? (field.items ?? "string") : (field?.type ?? "string");
}

function typed(text: string, name: string, fields: Fields): unknown {
  const type = itemType(name, fields);
  if (type !== "object" && type !== "json") return scalarOf(text, type);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** An array with one item came as one field. */
function withLists(form: Record<string, unknown>, fields: Fields): Record<string, unknown> {
  for (const [name, { type }] of Object.entries(fields)) {
    const value = own(form, name);
    if (type === "array" && value !== undefined && !Array.isArray(value)) put(form, name, [value]);
  }
  return form;
}

function append(form: Record<string, unknown>, name: string, value: unknown): void {
  const before = own(form, name);
  if (before === undefined) put(form, name, value);
  else put(form, name, Array.isArray(before) ? [...before, value] : [before, value]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new Problem("malformed_body", "The form has a broken percent-encoding.");
  }
}
