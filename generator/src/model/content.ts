import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { pascalCase } from "../names/words.js";
import { type Found, keysOf, memberAt } from "../read/found.js";
import { isObject, member, objectMember } from "../read/json.js";
import type { Loader } from "../read/loader.js";
import { pointerParts, pointerTo } from "../read/pointer.js";
import { bits, typesOf } from "./json-types.js";
import { bareType, mediaFormat, streamFraming } from "./media.js";
import { multipartFields } from "./multipart.js";
import { streamOf } from "./operation-keys.js";
import type { SchemaReader } from "./schema.js";
import { toldApart } from "./told-apart.js";
import type { MediaModel, ModelSchema, TypeId } from "./types.js";
import { formFieldsOf, isBytes } from "./wire-type.js";

/** A type that an operation needs and the contract does not name. */
export interface MadeType {
  readonly id: TypeId;
  readonly name: string;
  readonly schema: ModelSchema;
  readonly origin: "request" | "content";
  readonly place: Place;
}

/** Reads the media types of bodies and responses, and makes the types that their inline schemas need. */
export class ContentReader {
  /** The types made since this was last emptied. */
  made: MadeType[] = [];
  /** Whether the contract is of OpenAPI 3.0, where parts of multipart forms have no style (Encoding Object). */
  isOpenApi30 = false;

  constructor(
    private readonly loader: Loader,
    private readonly schemas: SchemaReader,
    private readonly diagnostics: Diagnostics,
  ) {}

  /** The media types of a body or response, in the contract's order; those that differ in parameters alone as one. */
  read(holder: Found, madeName: string): readonly MediaModel[] {
    const content = bytesFirst(this.all(holder, madeName));
    const made = new Map(this.made.map(({ id, schema }) => [id, schema]));
    return toldApart(content, (id) => made.get(id) ?? this.lookup(id));
  }

  private all(holder: Found, madeName: string): MediaModel[] {
    const { place } = holder;
    const all = memberAt(holder, "content");
    const types = keysOf(all);
    const byType = new Map<string, MediaModel[]>();
    const counts = new Map<string, number>();
    for (const bare of types.map(bareType)) counts.set(bare, (counts.get(bare) ?? 0) + 1);
    for (const type of types) {
      const given = memberAt(all, type);
      const found = this.loader.follow(given);
      if (!found) continue;
      const bare = bareType(type);
      const same = byType.get(bare);
      const [, subtype = bare] = (counts.get(bare) === 1 ? bare : type).split("/");
      const many = types.length > 1 && madeName !== "" ? `${madeName}${pascalCase(subtype)}` : madeName;
      const media = this.media(found, bare, type === types[0] ? madeName : many);
      if (same) same.push(media);
      else byType.set(bare, [media]);
      if (hasParameters(type)) this.notSupported(`what media type ${type} says after ${bare}`, given.place);
    }
    return [...byType].flatMap(([bare, media]) => {
      const [first, ...others] = media;
      if (!first || others.length === 0) return media;
      return [this.together(first, others, place, `${madeName}${pascalCase(bare.split("/")[1] ?? bare)}`)];
    });
  }

  /** One media type whose bodies are of any of several schemas. */
  private together(first: MediaModel, others: readonly MediaModel[], place: Place, name: string): MediaModel {
    const { schema: _, ...media } = first;
    const schemas = [first, ...others].map(({ schema }) => schema);
    if (first.format === "stream" || schemas.includes(undefined)) return media;
    const id = `${place.document.name}#${pointerTo(place.pointer, "content")}?${first.type}`;
    const schema = { anyOf: schemas.map(($ref) => ({ $ref })) };
    this.made.push({ id, name, schema, origin: "content", place });
    return { ...media, schema: id };
  }

  private media(holder: Found, bare: string, madeName: string): MediaModel {
    const { value, place: at } = holder;
    const within = (key: string): Found => memberAt(holder, key);
    const itemKey = ["itemSchema", "x-itemSchema"].find((key) => member(value, key) !== undefined);
    const framing = streamFraming(bare);
    const hasSchema = member(value, "schema") !== undefined;
    if (framing) {
      if (hasSchema) this.notSupported(`the schema of all items together of ${bare}`, within("schema").place);
      const stream = streamOf(framing, objectMember(value, "x-stream"), itemKey ?? "itemSchema");
      // Without an item schema the framing still says what arrives: whole events, or JSON values.
      if (itemKey === undefined) return { type: bare, format: "stream", stream };
      return {
        type: bare,
        format: "stream",
        schema: this.named(within(itemKey), `${madeName}Item`, "content"),
        stream,
      };
    }
    if (itemKey !== undefined) this.notSupported(`item schema of media type ${bare}`, at);
    for (const key of ["prefixEncoding", "itemEncoding"])
      if (member(value, key) !== undefined) this.notSupported(`${key} of media type ${bare}`, within(key).place);
    if (!hasSchema) return { type: bare, format: mediaFormat(bare) };
    const given = within("schema");
    // Any type of body may be JSON, but bytes are not.
    const format = bare.includes("*") && isBytes(this.schemas.read(given), this.lookup) ? "binary" : mediaFormat(bare);
    if (format === "text" || format === "binary") {
      const read = this.schemas.read(given);
      const types = typesOf(read, this.lookup);
      if ((types & bits.string) === 0) {
        const what = format === "text" ? "a text" : "bytes";
        this.notSupported(`the schema of media type ${bare}, whose bodies are ${what},`, given.place);
        return { type: bare, format };
      }
      if (isAnything(read)) return { type: bare, format };
      if (types !== bits.string) return { type: bare, format, schema: this.textOf(given, madeName) };
    }
    if (format !== "form" && format !== "multipart")
      return { type: bare, format, schema: this.named(given, madeName, "content") };
    const encodings = memberAt(holder, "encoding");
    for (const name of keysOf(encodings)) {
      const headers = memberAt(memberAt(encodings, name), "headers");
      if (headers.value !== undefined) this.notSupported(`the headers of the part ${name}`, headers.place);
    }
    const read = this.schemas.read(given);
    if ((typesOf(read, this.lookup) & bits.object) === 0) {
      this.notSupported(`the schema of media type ${bare}, whose bodies are forms,`, given.place);
      return { type: bare, format };
    }
    const hasStyles = format === "form" || !this.isOpenApi30;
    const values = formFieldsOf(read, this.lookup, objectMember(value, "encoding"), hasStyles);
    const fields = format === "multipart" ? multipartFields(values, read, this.lookup) : values;
    for (const [name, { style = "form" }] of Object.entries(values))
      if (style !== "form" && fields[name]?.bytes)
        this.notSupported(`the style of the part ${name}, which is bytes,`, memberAt(encodings, name).place);
    const schema = this.named(given, madeName, "content");
    return { type: bare, format, schema, ...(Object.keys(fields).length > 0 ? { fields } : {}) };
  }

  /** The id of a schema that stands inline: its reference's target, or a type made for it. */
  named(given: Found, name: string, origin: MadeType["origin"]): TypeId {
    const { place } = given;
    const schema = this.schemas.read(given);
    if (
      isObject(schema) &&
      typeof schema.$ref === "string" &&
      Object.keys(schema).every((key) => key === "$ref" || key === "description" || key === "summary")
    ) {
      return schema.$ref;
    }
    const id = `${place.document.name}#${place.pointer}`;
    if (!this.schemas.named.has(id)) this.made.push({ id, name: sharedName(place) ?? name, schema, origin, place });
    return id;
  }

  /** The texts among the values of a schema. */
  private textOf(given: Found, name: string): TypeId {
    const { place } = given;
    const schema = { type: "string", allOf: [{ $ref: this.named(given, name, "content") }] };
    const id = `${place.document.name}#${place.pointer}?text`;
    this.made.push({ id, name: `${sharedName(place) ?? name}Text`, schema, origin: "content", place });
    return id;
  }

  get lookup(): (id: TypeId) => ModelSchema | undefined {
    return this.schemas.lookup;
  }

  /** Of something only the types are generated. */
  typesOnly(what: string, place: Place): void {
    const said = `${what} has types and validators, but nothing in the generated code sends or receives it`;
    this.diagnostics.add("not-supported", said, { place });
  }

  notSupported(what: string, place: Place): void {
    this.diagnostics.add("not-supported", `${what} is left out of the generated code`, { place });
  }
}

/** Of media types with one schema, the form that can carry its bytes comes first: it is what a body goes out as. */
function bytesFirst(content: readonly MediaModel[]): readonly MediaModel[] {
  const forms = content.filter(({ format }) => format === "multipart");
  const carried = forms.filter(({ fields = {} }) => Object.values(fields).some(({ bytes }) => bytes));
  const isLate = ({ format, schema }: MediaModel) =>
    format !== "multipart" && carried.some((form) => schema !== undefined && form.schema === schema);
  return [...content.filter((media) => !isLate(media)), ...content.filter(isLate)];
}

/** Whether a schema says nothing of its values. */
function isAnything(schema: ModelSchema): boolean {
  return (
    schema === true ||
    (isObject(schema) && Object.keys(schema).every((key) => key === "description" || key === "title"))
  );
}

/** Whether a media type has parameters that say more than how text is encoded. */
function hasParameters(type: string): boolean {
  return type
    .split(";")
    .slice(1)
    .some((parameter) => !/^\s*(charset\s*=.*)?$/i.test(parameter));
}

/** A schema inside a shared response or body is named after that, whichever operation comes first. */
function sharedName({ pointer }: Place): string | undefined {
  const [holder, kind, key, ...rest] = pointerParts(pointer);
  if (holder !== "components" || key === undefined || (kind !== "responses" && kind !== "requestBodies"))
    return undefined;
  const suffix = kind === "responses" ? "Response" : "Body";
  const item = rest.at(-1)?.endsWith("temSchema") ? "Item" : "";
  return `${pascalCase(key).replace(new RegExp(`${suffix}$`), "")}${suffix}${item}`;
}
