import type { Media } from "../operation.js";
import { bytesIn, textIn } from "./answer.js";
import { bodies, jsonCodec } from "./bodies.js";
import { encodeBody } from "./body.js";
import { headerValues, scalarOf } from "./header-values.js";
import type { Answer } from "./plan.js";

/** The part that writes and reads all media types, and the declared headers, as the operation's row has them. */
export const media = bodies({ encode: encodeBody, decode, mediaOf, header: headerValues });

/** Bytes beside JSON are no JSON, and a `FormData` is a form. */
function mediaOf(content: readonly Media[], value: unknown): Media | undefined {
  const format =
    value instanceof FormData
      ? "multipart"
      : value instanceof Blob ||
          value instanceof ReadableStream ||
          value instanceof ArrayBuffer ||
          ArrayBuffer.isView(value)
        ? "binary"
        : undefined;
  return content.find((each) => each.format === format);
}

function decode(operation: string, media: Media, chunks: Uint8Array[], answer: Answer): unknown {
  switch (media.format) {
    case "text":
      return textIn(chunks);
    case "form":
      return formIn(new URLSearchParams(textIn(chunks)), media.fields);
    case "multipart":
      return new Response(bytesIn(chunks) as BodyInit, {
        headers: { "content-type": answer.headers.get("content-type") ?? "" },
      }).formData();
    case "binary":
      return bytesIn(chunks);
    default:
      return jsonCodec.decode(operation, media, chunks, answer);
  }
}

/** A form's values as their fields type them; text that is no value of its type stays text, for the schema to refuse. */
function formIn(form: URLSearchParams, fields: Media["fields"] = {}): object {
  const values = [...new Set(form.keys())].map((name) => {
    const { type = "string", items = "string" } = (Object.hasOwn(fields, name) && fields[name]) || {};
    const isList = type === "array";
    const kind = isList ? items : type;
    const all = form.getAll(name).map((text) => scalarOf(text, kind === "object" ? "json" : kind) ?? text);
    return [name, isList || all.length > 1 ? all : all[0]];
  });
  return Object.fromEntries(values);
}
