import type { Media, Response as ResponseRow } from "../operation.js";
import { bytesIn, textIn } from "./answer.js";
import { encodeBody, isBytes } from "./body.js";
import { InvalidResponseError } from "./errors.js";
import { headerValues, scalarOf } from "./header-values.js";
import { decodeJson } from "./json.js";
import { mediaNamed, mediaOf } from "./media-of.js";
import { own } from "./own.js";
import type { Part } from "./part.js";
import type { Answer } from "./plan.js";
import { Received, reading } from "./reading.js";

/** The part that writes and reads all media types, and the declared headers, as the operation's row has them. */
export const media: Part = {
  /** A body that the operation does not have is left out. */
  write: ({ name, body }, value, contentType) => {
    if (body === undefined) return undefined;
    const { content } = body;
    const media =
      contentType === undefined
        ? (ofClass(content, value) ?? content[0])
        : mediaNamed(content, contentType.replace(/;.*/s, "").trim().toLowerCase());
    if (media === undefined) throw new TypeError(`${name} takes no ${contentType ?? "body"}`);
    return encodeBody(name, media, value, contentType);
  },
  /** Every whole media type of the operation's successes, and that of its errors. */
  accept: ({ responses = {} }, service) => {
    const successes = Object.keys(responses).some((status) => /^[123]/.test(status)) ? /^[23]/ : /^default$/;
    const content = Object.entries(responses)
      .filter(([status]) => successes.test(status))
      .flatMap(([, row]) => row.content ?? [])
      .filter(({ format }) => format !== "stream");
    const errors = service?.errors.media ?? "application/json";
    return [...new Set([...content.map(({ type }) => type), errors])].join(", ");
  },
  read: reading({
    pick: mediaOf,
    decode,
    received: (body, answer, { headers }) => new ReceivedWithHeaders(body, answer, headers),
  }),
};

class ReceivedWithHeaders extends Received {
  constructor(
    body: unknown,
    answer: Answer,
    private readonly declared: ResponseRow["headers"],
  ) {
    super(body, answer);
  }

  override get header(): object {
    return headerValues(this.declared, this.headers);
  }
}

/** A blob may know its own, bytes beside JSON are no JSON, a `FormData` is a form, and what yields items a stream; else the JSON type decides. */
function ofClass(content: readonly Media[], value: unknown): Media | undefined {
  const format = value instanceof FormData ? "multipart" : isBytes(value) ? "binary" : "stream";
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  const hasItems = type === "object" && (Symbol.asyncIterator in Object(value) || Symbol.iterator in Object(value));
  return (
    ((value instanceof Blob && content.find((each) => each.format === format && each.type === value.type)) ||
      (hasItems || format !== "stream" ? content.find((each) => each.format === format) : undefined)) ??
    content.find(({ of }) => of?.some((each) => each === type))
  );
}

function decode(operation: string, media: Media, chunks: Uint8Array[], answer: Answer): unknown {
  switch (media.format) {
    case "json":
      return decodeJson(operation, media, chunks);
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
    case "stream":
      throw new InvalidResponseError(
        operation,
        `response: ${media.type} is a stream; ask for it with the stream method`,
      );
  }
}

/** A form's values as their fields type them; text that is no value of its type stays text, for the schema to refuse. */
function formIn(form: URLSearchParams, fields: Media["fields"] = {}): object {
  const values = [...new Set(form.keys())].map((name) => {
    const { type = "string", items = "string" } = own(fields, name) ?? {};
    const isList = type === "array";
    const kind = isList ? items : type;
    const all = form.getAll(name).map((text) => scalarOf(text, kind === "object" ? "json" : kind) ?? text);
    return [name, isList || all.length > 1 ? all : all[0]];
  });
  return Object.fromEntries(values);
}
