import type { ParameterPlace } from "@agentwire/kit";
import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { type Found, keysOf, memberAt } from "../read/found.js";
import { isObject, member, objectMember, textMember } from "../read/json.js";
import type { Loader } from "../read/loader.js";
import type { ContentReader } from "./content.js";
import { bits, typesOf } from "./json-types.js";
import { bareType, mediaFormat } from "./media.js";
import { text } from "./operation-keys.js";
import { inQueryString } from "./query-string.js";
import type { SchemaReader } from "./schema.js";
import type { ModelSchema, ParameterModel, ResponseModel, TypeId } from "./types.js";
import { wireTypeOf } from "./wire-type.js";

/** A parameter, and its schema with what it says of itself. */
export interface ReadParameter {
  readonly model: ParameterModel;
  readonly schema: ModelSchema;
}

/** Reads parameters of requests and headers of responses. */
export class ParameterReader {
  private readonly known = new WeakMap<object, ReadParameter>();

  constructor(
    private readonly loader: Loader,
    private readonly schemas: SchemaReader,
    private readonly diagnostics: Diagnostics,
    private readonly contents: ContentReader,
  ) {}

  /** Those of an operation, after those of its path, which they take the place of. */
  read(path: string, operation: Found, shared: readonly Found[]): ReadParameter[] {
    const all = new Map<string, ReadParameter>();
    for (const parameter of [...shared, ...this.loader.followList(operation, "parameters")]) {
      const { value, place: at } = parameter;
      const name = textMember(value, "name");
      const where = textMember(value, "in");
      if (where === "querystring") {
        const found = inQueryString(parameter, this.schemaIn(mediaTypeOf(parameter)), this.contents);
        for (const each of found ?? []) all.set(`query ${each.model.name}`, each);
        if (found) continue;
      }
      if (name === undefined || (where !== "path" && where !== "query" && where !== "header" && where !== "cookie")) {
        const what = name === undefined ? "a parameter without a name" : `a parameter with \`in: ${where ?? ""}\``;
        this.contents.notSupported(what, at);
        continue;
      }
      // OpenAPI: these header parameters are ignored, because the media types and security say them.
      if (where === "header" && /^(accept|content-type|authorization)$/i.test(name)) continue;
      // The names of headers are the same in any case.
      const key = `${where} ${where === "header" ? name.toLowerCase() : name}`;
      const other = all.get(key);
      if (other && !shared.some(({ place: { document, pointer } }) => isAt(other.model.place, document, pointer)))
        this.contents.notSupported(`another ${where} parameter ${other.model.name}`, other.model.place);
      all.set(key, this.readOnce(parameter, name, where));
    }
    const list = [...all.values()];
    this.checkPath(
      path,
      operation.place,
      list.map(({ model }) => model),
    );
    return list;
  }

  /** Shared parameters are read once, whoever refers to them. */
  private readOnce(parameter: Found, name: string, where: ParameterPlace): ReadParameter {
    const { place, value } = parameter;
    const known = isObject(value) ? this.known.get(value) : undefined;
    if (known && isAt(known.model.place, place.document, place.pointer)) return known;
    const read = this.parameter(parameter, name, where);
    if (isObject(value)) this.known.set(value, read);
    return read;
  }

  private parameter(parameter: Found, name: string, where: ParameterPlace): ReadParameter {
    const { value, place } = parameter;
    const [mediaType] = Object.keys(objectMember(value, "content") ?? {});
    const holder = mediaTypeOf(parameter);
    const schema = this.schemaIn(holder);
    const description = textMember(value, "description");
    const wire = this.wireOf(schema, mediaType, memberAt(holder, "schema").place);
    const style = textMember(value, "style");
    const explode = member(value, "explode");
    const allowReserved = member(value, "allowReserved") === true;
    // A slash or question mark in a value would lead to another path.
    if (allowReserved && where === "path")
      this.contents.notSupported("allowReserved of a path parameter", memberAt(parameter, "allowReserved").place);
    return {
      model: {
        name,
        in: where,
        required: where === "path" || member(value, "required") === true,
        ...wire,
        ...(style === undefined ? {} : { style }),
        ...(typeof explode === "boolean" ? { explode } : {}),
        ...(allowReserved && where !== "path" ? { allowReserved: true } : {}),
        ...text("description", description),
        ...(member(value, "deprecated") === true ? { deprecated: true } : {}),
        place,
      },
      schema: described(
        mediaType !== undefined && wire.type === "string" && !allowsText(schema, this.contents.lookup)
          ? { type: "string" }
          : schema,
        description,
        member(value, "deprecated") === true,
      ),
    };
  }

  /** How a parameter or header travels whose content may be of a media type. */
  private wireOf(schema: ModelSchema, mediaType: string | undefined, place: Place): ReturnType<typeof wireTypeOf> {
    if (mediaType !== undefined && mediaFormat(bareType(mediaType)) === "json") return { type: "json" };
    const wire = wireTypeOf(schema, this.contents.lookup);
    if (mediaType === undefined || (wire.type !== "array" && wire.type !== "object")) return wire;
    this.contents.notSupported(`the schema of ${mediaType}, which is a text here,`, place);
    return { type: "string" };
  }

  private checkPath(path: string, place: Place, parameters: readonly ParameterModel[]): void {
    const inPath = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
    const declared = new Set(parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name));
    for (const name of inPath) {
      if (!declared.has(name))
        this.diagnostics.add("path-parameter", `the path's {${name}} is not declared as a path parameter`, { place });
    }
    for (const parameter of parameters) {
      if (parameter.in === "path" && !inPath.includes(parameter.name)) {
        this.diagnostics.add(
          "path-parameter",
          `path parameter "${parameter.name}" does not stand in the path ${path}`,
          { place: parameter.place },
        );
      }
    }
    const twice = inPath.find((name, index) => inPath.indexOf(name) !== index);
    if (twice !== undefined) this.diagnostics.add("path-parameter", `{${twice}} stands twice in the path`, { place });
  }

  /** The schema of a parameter or header; without one, anything goes. */
  private schemaIn(holder: Found): ModelSchema {
    const found = memberAt(holder, "schema");
    return found.value === undefined ? true : this.schemas.read(found);
  }

  /** The headers that a response declares. */
  headersOf(response: Found): ResponseModel["headers"] {
    const all = memberAt(response, "headers");
    return keysOf(all).flatMap((name) => {
      const found = this.loader.follow(memberAt(all, name));
      if (!found) return [];
      const [mediaType] = Object.keys(objectMember(found.value, "content") ?? {});
      const holder = mediaTypeOf(found);
      const schema = this.schemaIn(holder);
      const at = memberAt(holder, "schema").place;
      return [
        {
          name,
          place: at,
          ...this.wireOf(schema, mediaType, at),
          ...(member(found.value, "explode") === true ? { explode: true } : {}),
          required: member(found.value, "required") === true,
        },
      ];
    });
  }
}

/** What holds the schema of a parameter or header: its media type where it has one, else itself. */
function mediaTypeOf(parameter: Found): Found {
  const [mediaType] = Object.keys(objectMember(parameter.value, "content") ?? {});
  return mediaType === undefined ? parameter : memberAt(memberAt(parameter, "content"), mediaType);
}

function allowsText(schema: ModelSchema, lookup: (id: TypeId) => ModelSchema | undefined): boolean {
  return (typesOf(schema, lookup) & bits.string) !== 0;
}

function isAt(place: Place, document: Place["document"], pointer: string): boolean {
  return place.document === document && place.pointer === pointer;
}

/** The schema of a parameter with what the parameter says of itself. */
function described(schema: ModelSchema, description: string | undefined, deprecated: boolean): ModelSchema {
  if (typeof schema === "boolean") return schema;
  return {
    ...(description === undefined ? {} : { description }),
    ...schema,
    ...(deprecated ? { deprecated } : {}),
  };
}
