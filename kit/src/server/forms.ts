import type { DecodedBody } from "./body.js";
import { own, put } from "./members.js";
import { Problem } from "./problem.js";

/**
 * Reads `application/x-www-form-urlencoded` text into an object of strings; a name that comes again makes an array.
 * @throws Problem `malformed_body` on a broken percent-encoding
 */
export function parseForm(text: string): Record<string, unknown> {
  const form: Record<string, unknown> = {};
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const name = decoded(at < 0 ? pair : pair.slice(0, at));
    append(form, name, decoded(at < 0 ? "" : pair.slice(at + 1)));
  }
  return form;
}

/**
 * Reads `multipart/form-data` into an object of strings and `File`s, with the platform's own parser.
 * The bytes are already bounded. A schema judges text in the place of each file.
 * @throws Problem `malformed_body`
 */
export async function parseMultipart(bytes: Uint8Array, contentType: string): Promise<DecodedBody> {
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
    append(value, name, part);
    append(judged, name, typeof part === "string" ? part : "");
  }
  return { value, judged };
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
