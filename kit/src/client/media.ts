import type { Media } from "../operation.js";
import { bytesIn, textIn } from "./answer.js";
import { bodies, jsonCodec } from "./bodies.js";
import { encodeBody } from "./body.js";
import { headerValues } from "./header-values.js";
import type { Answer } from "./plan.js";

/** The part that writes and reads all media types, and the declared headers, as the operation's row has them. */
export const media = bodies({ encode: encodeBody, decode, header: headerValues });

function decode(operation: string, media: Media, chunks: Uint8Array[], answer: Answer): unknown {
  switch (media.format) {
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
    default:
      return jsonCodec.decode(operation, media, chunks, answer);
  }
}
