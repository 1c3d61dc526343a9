import { resolvedShape, shapeAt } from "../../model/navigate.js";
import type { Shape } from "../../model/shape.js";
import type {
  ChannelModel,
  Documented,
  HeaderModel,
  MediaModel,
  OperationModel,
  ResponseModel,
  TypeId,
} from "../../model/types.js";
import { docLines, typeKey } from "../../print/escape.js";
import type { Imports } from "../../print/imports.js";
import type { Context } from "./context.js";
import { docComment, typeText } from "./type-text.js";

/** What an operation takes and gives, as types; the same on client and server. */
export interface Signature {
  /** The request's type; undefined when the operation takes nothing. */
  readonly request: string | undefined;
  readonly requestRequired: boolean;
  /** The bodies of all 2xx answers that are no stream, as one type; undefined when there is none. */
  readonly body: string | undefined;
  /** The items of the stream, when a 2xx answer is one. */
  readonly item: string | undefined;
  /** One item of a page. */
  readonly pageItem: string | undefined;
  /** A media type of the stream, to ask for where there is a body too. */
  readonly streamType: string | undefined;
  /** The declared headers of the 2xx answers, as members of an object type. */
  readonly headers: readonly string[];
}

/** Works out an operation's signature; types that it names are imported into the file. */
export function signatureOf(context: Context, operation: OperationModel, file: string, imports: Imports): Signature {
  const names = context.names(file, imports, false);
  const answers = successesOf(operation).filter(({ status }) => !status.startsWith("3"));
  const media = answers.flatMap(({ content }) => content);
  const streams = media.filter(({ format }) => format === "stream");
  const bodies = answers.flatMap(({ content }) =>
    content.length === 0 || operation.method === "HEAD"
      ? ["void"]
      : content.filter(({ format }) => format !== "stream").map((one) => mediaType(one, names.reference)),
  );
  return {
    request: operation.request === undefined ? undefined : names.reference(operation.request),
    requestRequired: operation.requestRequired,
    body: bodies.length > 0 ? distinct(bodies) : streams.length > 0 ? undefined : "void",
    item:
      streams.length > 0
        ? distinct(
            streams.map((one) =>
              one.schema === undefined ? streamItem(one, imports, context, file) : names.reference(one.schema),
            ),
          )
        : undefined,
    pageItem: pageItemOf(context, operation, (shape) => typeText(shape, names)),
    streamType: streams[0]?.type,
    headers: headerMembers(answers.flatMap(({ headers }) => headers)),
  };
}

/** The responses that are no failures. Where some are declared, `default` speaks of errors; else it is what there is. */
export function successesOf({ responses }: OperationModel): readonly ResponseModel[] {
  const success = responses.some(({ status }) => /^[123]/.test(status)) ? /^[23]/ : /^default$/;
  return responses.filter(({ status }) => success.test(status));
}

/** All members may be missing: browsers hide headers, and one that is not of its type is left out. */
function headerMembers(headers: readonly HeaderModel[]): string[] {
  const types = new Map<string, Set<string>>();
  for (const each of headers) types.set(each.name, (types.get(each.name) ?? new Set()).add(wireType(each)));
  return [...types].map(([name, each]) => `${typeKey(name)}?: ${[...each].join(" | ")}`);
}

/** A type of the kit with its arguments, the last of which are the members of an object type; none is left out. */
export function withHeaders(
  name: string,
  types: readonly string[],
  headers: readonly string[],
  indent: string,
): string {
  if (headers.length === 0) return `${name}<${types.join(", ")}>`;
  const [only] = headers;
  const object =
    headers.length === 1 && only !== undefined && only.length < 40
      ? `{ ${only} }`
      : `{\n${headers.map((member) => `${indent}  ${member};\n`).join("")}${indent}}`;
  return `${name}<${[...types, object].join(", ")}>`;
}

function wireType({ type, items, members = {} }: Pick<HeaderModel, "type" | "items" | "members">): string {
  switch (type) {
    case "scalar":
      return "string | number | boolean";
    case "integer":
      return "number";
    case "array":
      return items === "scalar" ? `(${wireType({ type: items })})[]` : `${wireType({ type: items ?? "string" })}[]`;
    case "object": {
      const named = Object.entries(members).map(([name, each]) => `${typeKey(name)}?: ${wireType({ type: each })}`);
      return `{ ${[...named, "[member: string]: unknown"].join("; ")} }`;
    }
    case "json":
      return "unknown";
    default:
      return type;
  }
}

function mediaType({ format, schema }: MediaModel, reference: (id: TypeId) => string): string {
  if (format === "binary") return "Uint8Array";
  if (format === "multipart") return "FormData";
  if (format === "text") return "string";
  return schema === undefined ? "unknown" : reference(schema);
}

function streamItem({ stream }: MediaModel, imports: Imports, context: Context, file: string): string {
  return stream?.framing === "sse" ? imports.type("SseEvent", context.layout.kit(file, "")) : "unknown";
}

function distinct(types: readonly string[]): string {
  const all = [...new Set(types)];
  return all.includes("unknown") ? "unknown" : all.join(" | ");
}

/** The type of the items that `x-pagination` points to. */
function pageItemOf(
  context: Context,
  { pagination }: OperationModel,
  text: (shape: Shape) => string,
): string | undefined {
  if (!pagination?.body) return undefined;
  const page = context.shape(context.type(pagination.body));
  const items = shapeAt(page, pagination.items, context.schema);
  const list = items && resolvedShape(items, context.schema);
  return list?.kind === "array" ? text(list.items) : "unknown";
}

/** The doc comment of a generated method: what the contract says, and the request it sends. */
export function methodDoc(
  source: Documented & Pick<OperationModel | ChannelModel, "path">,
  method: string,
  indent: string,
  note: readonly string[] = [],
): string {
  const { summary, description, deprecated, path } = source;
  const said = [summary, description === summary ? undefined : description].flatMap((text) =>
    text === undefined ? [] : [...docLines(text), ""],
  );
  const lines = [
    ...said,
    ...note.flatMap((line) => [line, ""]),
    ...docLines(`\`${method} ${path}\``),
    ...(deprecated ? ["@deprecated"] : []),
  ];
  return docComment(
    lines.filter((line, index) => line !== "" || lines[index - 1] !== ""),
    indent,
  );
}
