import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { pascalCase } from "../names/words.js";
import { type Found, keysOf, memberAt } from "../read/found.js";
import { isObject, member, objectMember } from "../read/json.js";
import type { Loader } from "../read/loader.js";
import { pointerParts } from "../read/pointer.js";
import { mediaFormat, streamFraming } from "./media.js";
import { streamOf } from "./operation-keys.js";
import type { SchemaReader } from "./schema.js";
import type { MediaModel, ModelSchema, TypeId } from "./types.js";
import { formFieldsOf } from "./wire-type.js";

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

  constructor(
    private readonly loader: Loader,
    private readonly schemas: SchemaReader,
    private readonly diagnostics: Diagnostics,
  ) {}

  /** The media types of a body or response, in the contract's order. */
  read(holder: Found, madeName: string): MediaModel[] {
    const all = memberAt(holder, "content");
    const types = keysOf(all);
    return types.flatMap((type) => {
      const found = this.loader.follow(memberAt(all, type));
      if (!found) return [];
      const at = found.place;
      const bare = type.split(";")[0]?.trim().toLowerCase() ?? type;
      const itemKey = ["itemSchema", "x-itemSchema"].find((key) => member(found.value, key) !== undefined);
      const framing = streamFraming(bare);
      if (itemKey !== undefined && framing) {
        const schema = this.named(memberAt(found, itemKey), `${madeName}Item`, "content");
        return [
          {
            type: bare,
            format: "stream" as const,
            schema,
            stream: streamOf(framing, objectMember(found.value, "x-stream"), itemKey),
          },
        ];
      }
      if (itemKey !== undefined) this.notSupported(`item schema of media type ${bare}`, at);
      // Without an item schema the framing still says what arrives: whole events, or JSON values.
      if (framing)
        return [
          {
            type: bare,
            format: "stream" as const,
            stream: streamOf(framing, objectMember(found.value, "x-stream"), "itemSchema"),
          },
        ];
      const format = mediaFormat(bare);
      const given = memberAt(found, "schema");
      if (given.value === undefined) return [{ type: bare, format }];
      const many =
        types.length > 1 && madeName !== "" ? `${madeName}${pascalCase(bare.split("/")[1] ?? bare)}` : madeName;
      const first = type === types[0];
      const schema = this.named(given, first ? madeName : many, "content");
      const isForm = format === "form" || format === "multipart";
      const fields = isForm
        ? formFieldsOf(this.schemas.read(given), this.lookup, objectMember(found.value, "encoding"))
        : {};
      return [{ type: bare, format, schema, ...(Object.keys(fields).length > 0 ? { fields } : {}) }];
    });
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

/** A schema inside a shared response or body is named after that, whichever operation comes first. */
function sharedName({ pointer }: Place): string | undefined {
  const [holder, kind, key, ...rest] = pointerParts(pointer);
  if (holder !== "components" || key === undefined || (kind !== "responses" && kind !== "requestBodies"))
    return undefined;
  const suffix = kind === "responses" ? "Response" : "Body";
  const item = rest.at(-1)?.endsWith("temSchema") ? "Item" : "";
  return `${pascalCase(key).replace(new RegExp(`${suffix}$`), "")}${suffix}${item}`;
}
