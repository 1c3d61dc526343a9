import type { Media, Response as ResponseRow } from "../operation.js";
import { bytesIn, textIn } from "./answer.js";
import { encodeBody } from "./body.js";
import { InvalidResponseError } from "./errors.js";
import { headerValues } from "./header-values.js";
import { decodeJson } from "./json.js";
import { mediaOf } from "./media-of.js";
import type { Part } from "./part.js";
import type { Answer } from "./plan.js";
import { Received, reading } from "./reading.js";

/** The part that writes and reads all media types, and the declared headers, as the operation's row has them. */
export const media: Part = {
  /** A body that the operation does not have is left out. */
  write: ({ name, body }, value, contentType) => {
    if (body === undefined) return undefined;
    const media = contentType === undefined ? body.content[0] : body.content.find(({ type }) => type === contentType);
    if (media === undefined) throw new TypeError(`${name} takes no ${contentType ?? "body"}`);
    return encodeBody(name, media, value);
  },
  /** Every whole media type of the operation's successes, and that of its errors. */
  accept: ({ responses = {} }, service) => {
    const content = Object.entries(responses)
      .filter(([status]) => /^[23]/.test(status))
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

function decode(operation: string, media: Media, chunks: Uint8Array[], answer: Answer): unknown {
  switch (media.format) {
    case "json":
      return decodeJson(operation, media, chunks);
    case "text":
      return textIn(chunks);
    case "form":
      return Object.fromEntries(new URLSearchParams(textIn(chunks)));
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
