import type { Media } from "../operation.js";
import { essence, textIn } from "./answer.js";
import { InvalidResponseError } from "./errors.js";
import type { Part } from "./part.js";
import type { Answer } from "./plan.js";
import { reading } from "./reading.js";

const JSON_TYPE = "application/json";

/** The steps that write and read `application/json`, for operations that have no other media type. */
export const json: Part & Required<Pick<Part, "write" | "accept" | "read">> = {
  /** A body that the operation does not have is left out. */
  write: ({ name, body }, value, contentType) => {
    const [media] = body?.content ?? [];
    if (!media) return undefined;
    const { type, format } = media;
    if (format !== "json" || (contentType ?? type) !== type)
      throw new TypeError(`${name} needs the part \`media\` to send ${contentType ?? type}`);
    return { content: JSON.stringify(value), type };
  },
  accept: (_, service) => [...new Set([JSON_TYPE, service?.errors.media ?? JSON_TYPE])].join(", "),
  read: reading({ pick: jsonOf, decode: decodeJson }),
};

function jsonOf(operation: string, content: readonly Media[], answer: Answer): Media {
  const type = essence(answer);
  return content.find((each) => each.type === type && each.format === "json") ?? unlike(operation, JSON_TYPE, type);
}

/** Throws the error of an answer in another media type. */
export function unlike(operation: string, wanted: string, type: string): never {
  throw new InvalidResponseError(operation, `response: expected ${wanted}, got ${type || "no content type"}`);
}

/** Throws `InvalidResponseError`. */
export function decodeJson(operation: string, { type }: Media, chunks: readonly Uint8Array[]): unknown {
  try {
    return JSON.parse(textIn(chunks));
  } catch (cause) {
    throw new InvalidResponseError(operation, `response: malformed ${type}`, [], { cause });
  }
}
