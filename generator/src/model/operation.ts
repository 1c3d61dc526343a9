import type { Pagination, SecurityRequirement } from "@agentwire/kit";
import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { camelCase, pascalCase } from "../names/words.js";
import { isObject, type JsonObject, listMember, member, objectMember, plainObject, textMember } from "../read/json.js";
import type { Loader } from "../read/loader.js";
import { pointerParts, pointerTo, valueAt } from "../read/pointer.js";
import { mediaFormat, streamFraming } from "./media.js";
import type { SchemaReader } from "./schema.js";
import type {
  ChannelModel,
  MediaModel,
  ModelSchema,
  OperationModel,
  ParameterModel,
  ResponseModel,
  StreamModel,
  TypeId,
} from "./types.js";
import { formFieldsOf, wireTypeOf } from "./wire-type.js";

/** A type that an operation needs and the contract does not name. */
export interface MadeType {
  readonly id: TypeId;
  readonly name: string;
  readonly schema: ModelSchema;
  readonly origin: "request" | "content";
  readonly place: Place;
}

/** Draft of an operation or channel: complete but for the final check of its names. */
export interface OperationDraft {
  readonly operation?: OperationModel;
  readonly channel?: ChannelModel;
  readonly made: readonly MadeType[];
}

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
const idempotentMethods = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"]);

/** Reads all operations and channels of one OpenAPI document, in the contract's order. */
export class OperationReader {
  private made: MadeType[] = [];

  constructor(
    private readonly loader: Loader,
    private readonly schemas: SchemaReader,
    private readonly diagnostics: Diagnostics,
  ) {}

  read(contract: Place): OperationDraft[] {
    const paths = objectMember(valueAt(contract.document.value, contract.pointer), "paths") ?? {};
    const drafts: OperationDraft[] = [];
    for (const path of Object.keys(paths)) {
      if (!path.startsWith("/")) continue;
      const item = this.loader.follow({
        document: contract.document,
        pointer: pointerTo(contract.pointer, "paths", path),
      });
      if (!item || !isObject(item.value)) continue;
      const shared = this.loader.followList(item.place, "parameters");
      for (const method of methods) {
        if (member(item.value, method) === undefined) continue;
        const found = this.loader.follow({
          document: item.place.document,
          pointer: pointerTo(item.place.pointer, method),
        });
        if (found && isObject(found.value))
          drafts.push(this.operation(path, method.toUpperCase(), found.place, shared));
      }
    }
    return drafts;
  }

  private operation(
    path: string,
    method: string,
    place: Place,
    shared: readonly { value: unknown; place: Place }[],
  ): OperationDraft {
    this.made = [];
    const source = valueAt(place.document.value, place.pointer) as JsonObject;
    const id = textMember(source, "operationId") ?? `${method} ${path}`;
    const name = textMember(source, "x-name") ?? camelCase(textMember(source, "operationId") ?? pathName(method, path));
    const typeName = pascalCase(name);
    const parameters = this.parameters(path, place, shared);
    const body = this.body(place, typeName);
    const request = this.request(place, typeName, parameters, body);
    const socket = objectMember(source, "x-websocket");
    const documented = {
      ...text("summary", textMember(source, "summary")),
      ...text("description", textMember(source, "description")),
      ...(source.deprecated === true ? { deprecated: true } : {}),
    };
    const common = {
      name,
      id,
      path,
      ...documented,
      ...(request === undefined ? {} : { request: request.id }),
      requestRequired: request?.required ?? false,
      parameters: parameters.map(({ model }) => model),
      ...securityOf(source),
      optional: textMember(objectMember(source, "x-conformance"), "level") === "optional",
      place,
    };
    if (socket) return { channel: { ...common, ...this.channelParts(place, typeName, socket) }, made: this.made };
    const responses = this.responses(place, typeName);
    return {
      operation: {
        ...common,
        method,
        tags: (listMember(source, "tags") ?? []).filter((tag) => typeof tag === "string"),
        ...(body ? { body } : {}),
        responses,
        ...retryOf(source, method),
        ...this.paginationOf(source, responses, parameters),
        ...builtinOf(source),
      },
      made: this.made,
    };
  }

  private parameters(path: string, place: Place, shared: readonly { value: unknown; place: Place }[]) {
    const all = new Map<string, { model: ParameterModel; schema: ModelSchema }>();
    for (const { value, place: at } of [...shared, ...this.loader.followList(place, "parameters")]) {
      const name = textMember(value, "name");
      const where = textMember(value, "in");
      if (name === undefined || (where !== "path" && where !== "query" && where !== "header" && where !== "cookie")) {
        if (where === "querystring") this.notSupported("a parameter with `in: querystring`", at);
        continue;
      }
      // OpenAPI: these header parameters are ignored, because the media types and security say them.
      if (where === "header" && /^(accept|content-type|authorization)$/i.test(name)) continue;
      const [mediaType] = Object.keys(objectMember(value, "content") ?? {});
      const schemaPlace = {
        document: at.document,
        pointer:
          mediaType === undefined
            ? pointerTo(at.pointer, "schema")
            : pointerTo(at.pointer, "content", mediaType, "schema"),
      };
      const schema =
        valueAt(schemaPlace.document.value, schemaPlace.pointer) === undefined ? true : this.schemas.read(schemaPlace);
      const description = textMember(value, "description");
      const wire = mediaType === undefined ? wireTypeOf(schema, this.lookup) : { type: "json" as const };
      const style = textMember(value, "style");
      const explode = member(value, "explode");
      all.set(`${where} ${name}`, {
        model: {
          name,
          in: where,
          required: where === "path" || member(value, "required") === true,
          ...wire,
          ...(style === undefined ? {} : { style }),
          ...(typeof explode === "boolean" ? { explode } : {}),
          ...(member(value, "allowReserved") === true ? { allowReserved: true } : {}),
          ...text("description", description),
          ...(member(value, "deprecated") === true ? { deprecated: true } : {}),
          place: at,
        },
        schema: described(schema, description),
      });
    }
    const list = [...all.values()];
    this.checkPath(
      path,
      place,
      list.map(({ model }) => model),
    );
    return list;
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

  private body(place: Place, typeName: string): OperationModel["body"] {
    const at = this.loader.follow({ document: place.document, pointer: pointerTo(place.pointer, "requestBody") });
    if (!at || !isObject(at.value)) return undefined;
    return { required: at.value.required === true, content: this.content(at.place, `${typeName}Body`) };
  }

  private responses(place: Place, typeName: string): ResponseModel[] {
    const all = objectMember(valueAt(place.document.value, place.pointer), "responses") ?? {};
    const statuses = Object.keys(all).filter((status) => /^[1-5](\d\d|XX)$|^default$/.test(status));
    const successes = statuses.filter((status) => status.startsWith("2"));
    return statuses.flatMap((status) => {
      const found = this.loader.follow({
        document: place.document,
        pointer: pointerTo(place.pointer, "responses", status),
      });
      if (!found || !isObject(found.value)) return [];
      const lone = status.startsWith("2") && successes.length === 1;
      const suffix = lone ? "Response" : `${status === "default" ? "Default" : status}Response`;
      return [
        {
          status,
          ...text("description", textMember(found.value, "description")),
          content: this.content(found.place, `${typeName}${suffix}`),
          headers: this.headers(found.place),
        },
      ];
    });
  }

  private headers(place: Place): ResponseModel["headers"] {
    const all = objectMember(valueAt(place.document.value, place.pointer), "headers") ?? {};
    return Object.keys(all).flatMap((name) => {
      const found = this.loader.follow({
        document: place.document,
        pointer: pointerTo(place.pointer, "headers", name),
      });
      if (!found) return [];
      const at = { document: found.place.document, pointer: pointerTo(found.place.pointer, "schema") };
      const schema = member(found.value, "schema") === undefined ? true : this.schemas.read(at);
      return [{ name, type: wireTypeOf(schema, this.lookup).type, required: member(found.value, "required") === true }];
    });
  }

  private content(place: Place, madeName: string): MediaModel[] {
    const all = objectMember(valueAt(place.document.value, place.pointer), "content") ?? {};
    const types = Object.keys(all);
    return types.flatMap((type) => {
      const found = this.loader.follow({
        document: place.document,
        pointer: pointerTo(place.pointer, "content", type),
      });
      if (!found) return [];
      const at = found.place;
      const bare = type.split(";")[0]?.trim().toLowerCase() ?? type;
      const itemKey = ["itemSchema", "x-itemSchema"].find((key) => member(found.value, key) !== undefined);
      const framing = streamFraming(bare);
      if (itemKey !== undefined && framing) {
        const schema = this.named(
          { document: at.document, pointer: pointerTo(at.pointer, itemKey) },
          `${madeName}Item`,
          "content",
        );
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
      if (member(found.value, "schema") === undefined) return [{ type: bare, format }];
      const many =
        types.length > 1 && madeName !== "" ? `${madeName}${pascalCase(bare.split("/")[1] ?? bare)}` : madeName;
      const first = type === types[0];
      const schemaPlace = { document: at.document, pointer: pointerTo(at.pointer, "schema") };
      const schema = this.named(schemaPlace, first ? madeName : many, "content");
      const isForm = format === "form" || format === "multipart";
      const fields = isForm ? formFieldsOf(this.schemas.read(schemaPlace), this.lookup) : {};
      return [{ type: bare, format, schema, ...(Object.keys(fields).length > 0 ? { fields } : {}) }];
    });
  }

  /** The id of a schema that stands inline: its reference's target, or a type made for it. */
  private named(place: Place, name: string, origin: MadeType["origin"]): TypeId {
    const schema = this.schemas.read(place);
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

  /** One object for the whole request, so that one validator and one type cover it. */
  private request(
    place: Place,
    typeName: string,
    parameters: readonly { model: ParameterModel; schema: ModelSchema }[],
    body: OperationModel["body"],
  ): { id: TypeId; required: boolean } | undefined {
    const properties: [string, ModelSchema][] = [];
    const required: string[] = [];
    for (const where of ["path", "query", "header", "cookie"] as const) {
      const group = parameters.filter(({ model }) => model.in === where);
      if (group.length === 0) continue;
      const needed = group.filter(({ model }) => model.required).map(({ model }) => model.name);
      if (needed.length > 0) required.push(where);
      properties.push([
        where,
        closedObject(
          group.map(({ model, schema }) => [model.name, schema]),
          needed,
        ),
      ]);
    }
    const bodies = body ? this.bodySchemas(body.content) : [];
    if (body && bodies.length > 0) {
      if (body.required) required.push("body");
      properties.push(["body", bodies.length === 1 ? (bodies[0] as ModelSchema) : { anyOf: bodies }]);
    }
    if (properties.length === 0) return undefined;
    const id = `${place.document.name}#${pointerTo(place.pointer, "request")}`;
    this.made.push({
      id,
      name: `${typeName}Request`,
      schema: closedObject(properties, required),
      origin: "request",
      place,
    });
    return { id, required: required.length > 0 };
  }

  private bodySchemas(content: readonly MediaModel[]): ModelSchema[] {
    const seen = new Map<string, ModelSchema>();
    for (const { schema, format } of content) {
      if (format === "binary") seen.set("binary", { "x-binary": true });
      else if (format === "stream") seen.set("binary", { "x-binary": true });
      else seen.set(schema ?? format, schema === undefined ? true : { $ref: schema });
    }
    return [...seen.values()];
  }

  private channelParts(place: Place, typeName: string, socket: JsonObject) {
    const at = (key: string) => ({ document: place.document, pointer: pointerTo(place.pointer, "x-websocket", key) });
    const { receive, send, ...rest } = socket;
    if (receive === undefined)
      this.diagnostics.add("contract-key", "x-websocket needs `receive`, the schema of messages to the client", {
        place: { ...place, pointer: pointerTo(place.pointer, "x-websocket") },
      });
    const options = Object.entries(rest).filter(([, value]) => value !== null);
    return {
      receive: receive === undefined ? "" : this.named(at("receive"), `${typeName}Message`, "content"),
      ...(send === undefined ? {} : { send: this.named(at("send"), `${typeName}ClientMessage`, "content") }),
      options: plainObject(options),
    };
  }

  private paginationOf(
    source: JsonObject,
    responses: readonly ResponseModel[],
    parameters: readonly { model: ParameterModel }[],
  ): { pagination?: OperationModel["pagination"] & object } {
    const given = objectMember(source, "x-pagination");
    const [items, next, cursor] = ["items", "next", "cursor"].map((key) => textMember(given, key));
    if (items === undefined || next === undefined || cursor === undefined) return {};
    const parameter = parameters.find(({ model }) => model.in === "query" && model.name === cursor);
    const type = parameter?.model.type === "integer" ? "integer" : "string";
    const page: Pagination = { items, next, cursor: { name: cursor, type } };
    const body = responses
      .find(({ status }) => status.startsWith("2"))
      ?.content.find(({ format }) => format === "json")?.schema;
    return { pagination: { ...page, ...(body === undefined ? {} : { body }) } };
  }

  private readonly lookup = (id: TypeId): ModelSchema | undefined => {
    this.schemas.drain();
    return this.schemas.named.get(id)?.schema;
  };

  private notSupported(what: string, place: Place): void {
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

function closedObject(properties: readonly (readonly [string, unknown])[], required: readonly string[]): ModelSchema {
  return {
    type: "object",
    properties: plainObject(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** `GET /users/{id}/keys` → `get users by id keys`. */
function pathName(method: string, path: string): string {
  return `${method.toLowerCase()} ${path.replace(/\{([^{}]*)\}/g, " by $1 ")}`;
}

function described(schema: ModelSchema, description: string | undefined): ModelSchema {
  if (description === undefined || typeof schema === "boolean" || schema.description !== undefined) return schema;
  return { ...schema, description };
}

function text<Key extends string>(key: Key, value: string | undefined): { [key in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [key in Key]: string });
}

function securityOf(source: JsonObject): { security?: readonly SecurityRequirement[] } {
  const list = listMember(source, "security");
  return list ? { security: list.filter(isObject) as SecurityRequirement[] } : {};
}

function retryOf(source: JsonObject, method: string): Pick<OperationModel, "retry" | "idempotency"> {
  const idempotency = objectMember(source, "x-idempotency");
  const key = textMember(idempotency, "key");
  const keyed =
    key === undefined
      ? {}
      : { idempotency: { key, ...(idempotency?.generate === true ? { generate: true as const } : {}) } };
  const given = textMember(source, "x-retry");
  const retry = given ?? (key !== undefined ? "keyed" : idempotentMethods.has(method) ? "always" : "never");
  return { ...keyed, ...(retry === "always" || retry === "keyed" ? { retry } : {}) };
}

function builtinOf(source: JsonObject): Pick<OperationModel, "builtin"> {
  const builtin = objectMember(source, "x-builtin");
  const answers = textMember(builtin, "answers");
  if (answers !== "health" && answers !== "version") return {};
  return { builtin: { answers, members: (objectMember(builtin, "members") ?? {}) as Record<string, string> } };
}

function streamOf(framing: StreamModel["framing"], given: JsonObject | undefined, itemKey: string): StreamModel {
  const item = textMember(given, "item");
  const terminal = objectMember(given, "terminal");
  const values = listMember(terminal, "values");
  const at = textMember(terminal, "at");
  const heartbeat = member(given, "heartbeat");
  const whole = item === "event" || (item === undefined && itemKey === "itemSchema");
  return {
    framing,
    ...(framing === "sse" ? { item: whole ? ("event" as const) : ("data" as const) } : {}),
    ...text("id", textMember(given, "id")),
    ...text("event", textMember(given, "event")),
    ...text("resume", textMember(given, "resume")),
    ...(at !== undefined && values ? { terminal: { at, values } } : {}),
    ...(typeof heartbeat === "number" ? { heartbeat } : {}),
  };
}
