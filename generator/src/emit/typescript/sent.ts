import type { MediaModel, OperationModel } from "../../model/types.js";
import { stringLiteral } from "../../print/escape.js";
import type { Imports } from "../../print/imports.js";
import type { Context } from "./context.js";

/** A request that a client may send, and what it has to say of its body. */
export interface Sent {
  readonly request: string;
  /** The media types that the body may be sent as; undefined where any may be named. */
  readonly contentType?: string;
}

interface Body {
  readonly media: MediaModel;
  /** What tells its type from others: bodies of one type need no word, whatever they are sent as. */
  readonly type: string;
  /** Chosen for a body of its kind, without a word of the caller. */
  readonly isChosen: boolean;
}

/**
 * What a client may send: the request, and where the contract takes bytes or items, one with a body that streams.
 * First is what needs no media type; a body that is of another than would be chosen for it has to name it.
 */
export function sentTypes(
  context: Context,
  operation: OperationModel,
  file: string,
  imports: Imports,
): [first: Sent, ...named: Sent[]] {
  const { request, body } = operation;
  if (request === undefined) return [{ request: "Record<string, never>" }];
  const names = context.names(file, imports, false);
  const whole = names.reference(request);
  const streamed = ({ format, schema }: MediaModel): string[] => {
    if (format !== "binary" && format !== "stream") return [];
    const name = imports.type("Streamed", context.layout.kit(file, "client"));
    if (format === "binary") return [`${name}<${whole}>`];
    const item = schema === undefined ? "unknown" : names.reference(schema);
    return [`${name}<${whole}, Iterable<${item}> | AsyncIterable<${item}>>`];
  };
  const met = new Set<MediaModel["format"]>();
  const bodies = (body?.content ?? []).map((media, index): Body => {
    const isFirst = !met.has(media.format);
    met.add(media.format);
    const isChosen = index === 0 || media.of !== undefined || (isFirst && typeOf(media) === bytes);
    return { media, type: typeOf(media), isChosen };
  });
  const chosen = new Set(bodies.filter(({ isChosen }) => isChosen).map(({ type }) => type));
  const others = chosen.has("unknown") ? [] : bodies.filter(({ type }) => !chosen.has(type));
  const withStreams = (type: string, of: readonly Body[]) =>
    [...new Set([type, ...of.flatMap(({ media }) => streamed(media))])].join(" | ");
  if (others.length === 0) return [{ request: withStreams(whole, bodies) }];
  const without = bodies.filter(({ type }) => chosen.has(type));
  const withBody = (types: Iterable<string>) => {
    const printed = [...types].map((type) => (builtin.has(type) ? type : names.reference(type)));
    return `${imports.type("WithBody", context.layout.kit(file, "client"))}<${whole}, ${printed.join(" | ")}>`;
  };
  const first = withBody(chosen);
  const byType = new Map<string, Body[]>();
  for (const each of others) {
    const same = byType.get(each.type);
    if (same) same.push(each);
    else byType.set(each.type, [each]);
  }
  const named = [...byType].map(
    ([type, same]): Sent => ({ request: withStreams(withBody([type]), same), contentType: literals(same) }),
  );
  return [{ request: withStreams(first, without), contentType: literals(without) }, ...named];
}

const bytes = "Blob | Uint8Array";
const builtin: ReadonlySet<string> = new Set([bytes, "string", "unknown"]);

/** One of the `builtin` types, or the id of one. */
function typeOf({ format, schema }: MediaModel): string {
  if (format === "binary" || format === "stream") return bytes;
  return schema ?? (format === "text" ? "string" : "unknown");
}

/** A range of media types leaves the rest to the caller. */
function literals(bodies: readonly Body[]): string {
  const each = bodies.map(({ media: { type } }) => {
    const [range] = /^[a-z]+\/(?=\*$)/.exec(type) ?? [];
    if (range !== undefined) return `\`${range}\${string}\``;
    return type.includes("*") ? "string" : stringLiteral(type);
  });
  return [...new Set(each)].join(" | ");
}
