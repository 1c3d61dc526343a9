import { Buffer } from "node:buffer";
import type { FormField, Parameter, ParameterType } from "../operation.js";
import type { DecodedBody } from "./body.js";
import { parseJson } from "./json.js";
import { own, put } from "./members.js";
import { parseMediaType } from "./negotiate.js";
import { type RawOccurrences, scalarOf } from "./parameter-styles.js";
import { claims, decodeMany } from "./parameters.js";
import { Problem } from "./problem.js";

type Fields = Readonly<Record<string, FormField>>;

/** More fields or parts than this are an attack on whoever reads them. */
const MOST_FIELDS = 1000;

/**
 * Reads `application/x-www-form-urlencoded` text into an object; a name that comes again makes an array. Text that is
 * no value of the declared type stays text, so that the schema says what is wrong.
 * @throws Problem `malformed_body` on a broken percent-encoding, or far too many fields
 */
export function parseForm(text: string, fields: Fields, depth: number): Record<string, unknown> {
  const pairs = text.split("&", MOST_FIELDS + 1);
  if (pairs.length > MOST_FIELDS) throw tooMany();
  const raw = pairs
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      return [decoded(at < 0 ? pair : pair.slice(0, at)), at < 0 ? "" : pair.slice(at + 1)] as const;
    });
  const form = new Form(fields, depth);
  for (const [name, value] of form.styled(raw)) form.add(name, form.typed(decoded(value), name));
  return form.finish();
}

/**
 * Reads `multipart/form-data` into an object of values and `File`s, with the platform's own parser. Of a field that is
 * declared, a part is what the contract says, be it sent as a file or as a text.
 * The bytes are already bounded. A schema judges text in the place of each file.
 * @throws Problem `malformed_body`
 */
export async function parseMultipart(
  bytes: Uint8Array,
  contentType: string,
  fields: Fields,
  depth: number,
): Promise<DecodedBody> {
  const parts = [...(await formDataOf(bytes, contentType))];
  const value = new Form(fields, depth);
  const judged = new Form(fields, depth);
  const texts = parts.filter((part): part is [string, string] => typeof part[1] === "string");
  // A form has no percent-encoding, so that any comma may divide items.
  const raw = texts.map(([name, text]) => [name, encodeURIComponent(text).replaceAll("%2C", ",")] as const);
  const styled = value.styled(raw).length < raw.length;
  if (styled) judged.styled(raw);
  for (const [name, part] of parts) {
    if (styled && value.claims(name)) continue;
    const read = await value.read(name, part);
    const item = typeof read === "string" ? value.typed(read, name) : read;
    value.add(name, item);
    judged.add(name, typeof read === "string" ? item : "");
  }
  return { value: value.finish(), judged: judged.finish() };
}

async function formDataOf(bytes: Uint8Array, contentType: string): Promise<FormData> {
  if (hasTooManyParts(bytes, contentType)) throw tooMany();
  try {
    const headers = { "content-type": contentType };
    return await new Response(bytes as Uint8Array<ArrayBuffer>, { headers }).formData();
  } catch {
    throw new Problem("malformed_body", "The body is not valid multipart/form-data.");
  }
}

/** A form that is being read. */
class Form {
  readonly #values = new Map<string, unknown>();
  /** Names that have come more than once, or are lists by declaration. */
  readonly #lists = new Set<string>();
  readonly #styled: readonly Parameter[];

  constructor(
    private readonly fields: Fields,
    private readonly depth: number,
  ) {
    this.#styled = Object.entries(fields).flatMap(([name, field]) => (isStyled(field) ? [asQuery(name, field)] : []));
  }

  /** Reads the fields that are written as query parameters would be, and gives back the others. */
  styled(raw: RawOccurrences): RawOccurrences {
    if (this.#styled.length === 0) return raw;
    try {
      for (const parameter of this.#styled) {
        const value = decodeMany(parameter, raw, this.#styled);
        if (value !== undefined) this.#values.set(parameter.name, value);
      }
    } catch {
      throw new Problem("malformed_body", "The form has a broken percent-encoding.");
    }
    return raw.filter(([name]) => !this.claims(name));
  }

  /** Does the name belong to one of those fields? */
  claims(name: string): boolean {
    return this.#styled.some((parameter) => claims(parameter, name));
  }

  add(name: string, value: unknown): void {
    const before = this.#values.get(name);
    if (before === undefined) {
      const isList = (own(this.fields, name) as FormField | undefined)?.type === "array";
      if (isList) this.#lists.add(name);
      this.#values.set(name, isList ? [value] : value);
    } else if (this.#lists.has(name) && Array.isArray(before)) before.push(value);
    else {
      this.#lists.add(name);
      this.#values.set(name, [before, value]);
    }
  }

  finish(): Record<string, unknown> {
    const form: Record<string, unknown> = {};
    for (const [name, value] of this.#values) put(form, name, value);
    return form;
  }

  /** The declared type of one occurrence of a field. */
  itemType(name: string): ParameterType {
    const field = own(this.fields, name) as FormField | undefined;
    return field?.type === "array" ? (field.items ?? "string") : (field?.type ?? "string");
  }

  /** A part as the file or the text that its field is. */
  async read(name: string, part: File | string): Promise<File | string> {
    const field = own(this.fields, name) as FormField | undefined;
    if (typeof part === "string") return field?.bytes ? new File([part], name) : part;
    return field === undefined || field.bytes ? part : await part.text();
  }

  typed(text: string, name: string): unknown {
    const type = this.itemType(name);
    if (type !== "object" && type !== "json" && type !== "array") return scalarOf(text, type);
    try {
      return parseJson(text, this.depth);
    } catch {
      return text;
    }
  }
}

function isStyled({ style, explode }: FormField): boolean {
  return style !== undefined || explode !== undefined;
}

function asQuery(name: string, { type, items, members, plain, style, explode }: FormField): Parameter {
  return {
    name,
    in: "query",
    type,
    ...(items && { items }),
    ...(members && { members }),
    ...(plain && { plain }),
    ...(style && { style }),
    ...(explode !== undefined && { explode }),
  };
}

function hasTooManyParts(bytes: Uint8Array, contentType: string): boolean {
  const boundary = parseMediaType(contentType)?.parameters["boundary"];
  if (boundary === undefined) return false; // and so no form, as the parser will say
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = `\r\n--${boundary}`;
  let parts = 0;
  for (let at = buffer.indexOf(mark); at >= 0; at = buffer.indexOf(mark, at + mark.length)) {
    parts += 1;
    if (parts > MOST_FIELDS) return true;
  }
  return false;
}

function tooMany(): Problem {
  return new Problem("malformed_body", `The form has more than ${MOST_FIELDS} fields.`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new Problem("malformed_body", "The form has a broken percent-encoding.");
  }
}
