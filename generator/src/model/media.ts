import type { MediaFormat, StreamModel } from "./types.js";

/** A media type in lower case, without its parameters. */
export function bareType(type: string): string {
  return type.split(";")[0]?.trim().toLowerCase() ?? type;
}

/** How a media type carries a value. */
export function mediaFormat(type: string): MediaFormat {
  if (/^(application|text)\/json$|\+json$/.test(type) || type === "*/*" || type === "application/*") return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (type === "multipart/form-data") return "multipart";
  if (type.startsWith("text/") || type.endsWith("+xml") || type === "application/xml") return "text";
  return "binary";
}

/** The framing of a sequential media type (OpenAPI 3.2, Media Type Object), or undefined for any other. */
export function streamFraming(type: string): StreamModel["framing"] | undefined {
  switch (type) {
    case "text/event-stream":
      return "sse";
    case "application/x-ndjson":
    case "application/ndjson":
    case "application/jsonl":
    case "application/json-lines":
    case "application/x-jsonlines":
      return "ndjson";
    case "application/json-seq":
    case "application/geo+json-seq":
      return "json-seq";
    default:
      return undefined;
  }
}
