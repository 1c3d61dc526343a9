import type { Media } from "../operation.js";

/** A media type as a header carries it. */
export interface MediaType {
  /** In lower case and without parameters, such as `application/json`. */
  readonly type: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads a media type with its parameters; undefined when the text is none. */
export function parseMediaType(text: string): MediaType | undefined {
  const [head = "", ...rest] = splitOutsideQuotes(text, ";");
  const type = head.trim().toLowerCase();
  if (!/^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/.test(type)) return undefined;
  const parameters: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const part of rest) {
    const at = part.indexOf("=");
    if (at < 0) continue;
    const value = part.slice(at + 1).trim();
    parameters[part.slice(0, at).trim().toLowerCase()] = value.startsWith('"')
      ? value.slice(1, -1).replace(/\\(.)/g, "$1")
      : value;
  }
  return { type, parameters };
}

/** Does a range such as `application/*`, or the declared type itself, cover a media type? */
export function covers(range: string, type: string): boolean {
  if (range === type || range === "*/*" || range === "*") return true;
  if (range.endsWith("/*")) return type.startsWith(range.slice(0, -1));
  return range.startsWith("*/*+") && type.endsWith(range.slice(3));
}

/** The declared media for a request's content type, or undefined when it is not among them. */
export function mediaFor(contents: readonly Media[], type: string): Media | undefined {
  return contents.find((media) => media.type === type) ?? contents.find((media) => covers(media.type, type));
}

/**
 * The media that answers an `Accept` header best: by quality, then as the contract orders them.
 * An absent or unreadable header accepts everything. Undefined when nothing declared is acceptable.
 */
export function acceptable(contents: readonly Media[], accept: string | undefined): Media | undefined {
  return acceptedOf(contents, accept)[0];
}

/** What an `Accept` header accepts, best first. */
function acceptedOf(contents: readonly Media[], accept: string | undefined): readonly Media[] {
  if (accept === undefined || accept === "*/*") return contents;
  const ranges = rangesOf(accept);
  if (ranges.length === 0) return contents;
  return contents
    .map((media) => ({ media, quality: qualityOf(ranges, media.type) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ media }) => media);
}

/**
 * The media of a body that is there: the one that a `Content-Type` names, else the best that the client accepts and that
 * takes such a body, else any that takes it.
 */
export function mediaOfAnswer(
  contents: readonly Media[],
  body: unknown,
  contentType: string | undefined,
  accept: string | undefined,
): Media | undefined {
  if (contents.length < 2) return contents[0];
  const named = contentType === undefined ? undefined : parseMediaType(contentType);
  if (named) return mediaFor(contents, named.type) ?? contents[0];
  const accepted = acceptedOf(contents, accept);
  const fits = (media: Media) => takes(media, contents, body);
  const asBytes = typeof body === "string" ? accepted.find(({ format }) => format === "binary") : undefined;
  // What nobody asked for is better than nothing that can be read (RFC 9110, section 12.4.1).
  return accepted.find(fits) ?? asBytes ?? contents.find(fits) ?? accepted[0] ?? contents[0];
}

function takes(media: Media, contents: readonly Media[], body: unknown): boolean {
  const { format, of } = media;
  if (body instanceof Uint8Array) return format === "binary";
  if (body instanceof FormData) return format === "multipart";
  if (typeof body === "object" && body !== null && Symbol.asyncIterator in body) return format === "stream";
  if (format === "binary" || format === "multipart" || format === "stream") return false;
  const type = body === null ? "null" : Array.isArray(body) ? "array" : typeof body;
  if (of || format === "text") return of?.some((each) => each === type) ?? type === "string";
  return !contents.some((other) => other.of?.some((each) => each === type));
}

/** A type to send where the contract leaves it open: what such bodies are at least, or the one that the client asks for. */
export function concreteType({ type, format }: Media, accept = ""): string | undefined {
  if (!type.includes("*")) return type;
  const least = format === "json" ? "application/json" : format === "text" ? "text/plain" : "application/octet-stream";
  if (covers(type, least)) return least;
  return rangesOf(accept).find((each) => each.quality > 0 && !each.type.includes("*") && covers(type, each.type))?.type;
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function rangesOf(accept: string): Range[] {
  return splitOutsideQuotes(accept, ",").flatMap((part) => {
    const parsed = parseMediaType(part.trim() === "*" ? "*/*" : part);
    if (!parsed) return [];
    const quality = Number(parsed.parameters["q"] ?? 1);
    return [{ type: parsed.type, quality: quality >= 0 && quality <= 1 ? quality : 0 }];
  });
}

/** The most specific range decides, so that `text/plain;q=0, anything` refuses plain text. */
function qualityOf(ranges: readonly Range[], type: string): number {
  let found: Range | undefined;
  const weight = (range: string): number => (range === "*/*" ? 0 : range.endsWith("/*") ? 1 : 2);
  for (const range of ranges) {
    if (covers(range.type, type) && (!found || weight(range.type) > weight(found.type))) found = range;
  }
  return found?.quality ?? 0;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === "\\" && quoted) index += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
