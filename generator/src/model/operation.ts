import type { Pagination, ServiceServer } from "@agentwire/kit";
import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { camelCase, pascalCase } from "../names/words.js";
import { type Found, foundAt, keysOf, memberAt } from "../read/found.js";
import { isObject, type JsonObject, listMember, member, objectMember, plainObject, textMember } from "../read/json.js";
import type { Loader } from "../read/loader.js";
import { pointerTo } from "../read/pointer.js";
import { ContentReader, type MadeType } from "./content.js";
import { builtinOf, retryOf, securityOf, text } from "./operation-keys.js";
import { ParameterReader, type ReadParameter } from "./parameter.js";
import type { SchemaReader } from "./schema.js";
import { serversOf } from "./servers.js";
import type {
  ChannelModel,
  MediaModel,
  ModelSchema,
  OperationModel,
  ParameterModel,
  ResponseModel,
  TypeId,
} from "./types.js";

/** Draft of an operation or channel: complete but for the final check of its names. */
export interface OperationDraft {
  readonly operation?: OperationModel;
  readonly channel?: ChannelModel;
  readonly made: readonly MadeType[];
}

const itemKeys: ReadonlySet<string> = new Set([
  ...["$ref", "summary", "description", "servers", "parameters", "additionalOperations"],
  ...["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"],
]);
const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/** The steps from a path item to its operation for a method. */
export function stepsTo(method: string): readonly string[] {
  const key = method.toLowerCase();
  return method === key.toUpperCase() && methods.includes(key) ? [key] : ["additionalOperations", method];
}

/** Reads all operations and channels of one OpenAPI document, in the contract's order. */
export class OperationReader {
  private readonly contents: ContentReader;
  private readonly parameters: ParameterReader;

  constructor(
    private readonly loader: Loader,
    readonly schemas: SchemaReader,
    private readonly diagnostics: Diagnostics,
  ) {
    this.contents = new ContentReader(loader, schemas, diagnostics);
    this.parameters = new ParameterReader(loader, schemas, diagnostics, this.contents);
  }

  read(contract: Place): OperationDraft[] {
    this.contents.isOpenApi30 = /^3\.0\b/.test(textMember(contract.document.value, "openapi") ?? "");
    const paths = memberAt(foundAt(contract), "paths");
    const drafts: OperationDraft[] = [];
    for (const path of keysOf(paths)) {
      const given = memberAt(paths, path);
      if (!path.startsWith("/")) {
        if (!path.startsWith("x-"))
          this.contents.notSupported(`${path}, which is no path as it has no / before it,`, given.place);
        continue;
      }
      if (path.includes("?")) {
        const message = `no request reaches ${path} on a generated server, as a path ends before its query`;
        this.diagnostics.add("not-supported", message, { place: given.place });
      }
      const item = this.loader.follow(given);
      if (!item || !isObject(item.value)) continue;
      const shared = this.loader.followList(item, "parameters");
      for (const [method, at] of this.methodsOf(item)) {
        const found = this.loader.follow(at);
        if (found && isObject(found.value))
          drafts.push(this.operation(path, method, { ...found, value: found.value }, shared, serversOf(item.place)));
      }
    }
    return drafts;
  }

  /** The operations of a path item, by HTTP method. What else it says is reported. */
  private methodsOf(item: Found): [method: string, at: Found][] {
    const more = memberAt(item, "additionalOperations");
    const others = keysOf(more).flatMap((method): [string, Found][] => {
      const at = memberAt(more, method);
      if (/^[\w!#$%&'*+.^`|~-]+$/.test(method)) return [[method, at]];
      this.contents.notSupported(`${method}, which is no HTTP method,`, at.place);
      return [];
    });
    const keys = keysOf(item);
    for (const key of keys)
      if (!itemKeys.has(key) && !key.startsWith("x-"))
        this.contents.notSupported(`${key}, which is no key of a path,`, memberAt(item, key).place);
    const own = methods.filter((method) => keys.includes(method));
    return [...own.map((method): [string, Found] => [method.toUpperCase(), memberAt(item, method)]), ...others];
  }

  /** What the server sends to others by itself: its types are there, for whoever receives it. */
  readWebhooks(contract: Place): OperationDraft[] {
    const all = memberAt(foundAt(contract), "webhooks");
    return keysOf(all).map((name) => {
      this.contents.made = [];
      const webhook = memberAt(all, name);
      this.contents.typesOnly(`webhook ${name}`, webhook.place);
      this.payloads(webhook, `${name} webhook`);
      return { made: this.contents.made };
    });
  }

  private callback(name: string, id: string, given: Found, typeName: string): void {
    this.contents.typesOnly(`callback ${name} of ${id}`, given.place);
    const found = this.loader.follow(given);
    if (!found) return;
    for (const expression of keysOf(found))
      if (!expression.startsWith("x-")) this.payloads(memberAt(found, expression), `${typeName} ${name}`);
  }

  /** Reads the bodies of a path item that is no route here. */
  private payloads(given: Found, name: string): void {
    const item = this.loader.follow(given);
    if (!item || !isObject(item.value)) return;
    const offered = methods.filter((method) => member(item.value, method) !== undefined);
    for (const method of offered) {
      const found = this.loader.follow(memberAt(item, method));
      if (!found || !isObject(found.value)) continue;
      const own = textMember(found.value, "x-name") ?? textMember(found.value, "operationId");
      const typeName = pascalCase(own ?? (offered.length > 1 ? `${name} ${method}` : name));
      this.body(found, typeName);
      this.responses(found, typeName);
    }
  }

  private operation(
    path: string,
    method: string,
    found: Found & { readonly value: JsonObject },
    shared: readonly Found[],
    pathServers: readonly ServiceServer[],
  ): OperationDraft {
    this.contents.made = [];
    const { place, value: source } = found;
    const id = textMember(source, "operationId") ?? `${method} ${path}`;
    // An id without a letter, such as an emoji, names no method.
    const called = camelCase(textMember(source, "operationId") ?? "");
    const name = textMember(source, "x-name") ?? (called === "" ? camelCase(pathName(method, path)) : called);
    const typeName = pascalCase(name);
    const parameters = this.parameters.read(path, found, shared);
    const isRead = method === "GET" || method === "HEAD";
    const given = this.loader.follow(memberAt(found, "requestBody"));
    const body = isRead && isAlwaysEmpty(given?.value) ? undefined : this.body(found, typeName);
    if (body && isRead) {
      const message = `fetch sends no body with ${method}; clients do by the undici transport`;
      this.diagnostics.add("not-supported", message, { place: memberAt(found, "requestBody").place });
    }
    if (method === "TRACE" || method === "CONNECT" || method === "TRACK")
      this.diagnostics.add("not-supported", `fetch sends no ${method}; clients do by the undici transport`, { place });
    const request = this.request(place, typeName, parameters, body);
    const socket = objectMember(source, "x-websocket");
    const callbacks = memberAt(found, "callbacks");
    for (const callback of keysOf(callbacks)) this.callback(callback, id, memberAt(callbacks, callback), typeName);
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
    const own = serversOf(place);
    const servers = own.length > 0 ? own : pathServers;
    if (socket && servers.length > 0) this.contents.notSupported("`servers` of a channel", place);
    if (socket)
      return { channel: { ...common, ...this.channelParts(place, typeName, socket) }, made: this.contents.made };
    const responses = this.responses(found, typeName);
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
        ...(servers.length > 0 ? { servers } : {}),
      },
      made: this.contents.made,
    };
  }

  private body(operation: Found, typeName: string): OperationModel["body"] {
    const found = this.loader.follow(memberAt(operation, "requestBody"));
    if (!found || !isObject(found.value)) return undefined;
    const content = this.contents.read(found, `${typeName}Body`);
    for (const { type, format, schema } of content)
      if (format === "stream" && schema !== undefined) {
        const message = `servers take a body of ${type} as bytes, and judge none of its items`;
        this.diagnostics.add("not-supported", message, { place: memberAt(found, "content").place });
      }
    return { required: found.value.required === true, content };
  }

  private responses(operation: Found, typeName: string): ResponseModel[] {
    const all = memberAt(operation, "responses");
    const statuses = keysOf(all).filter((status) => /^[1-5](\d\d|XX)$|^default$/i.test(status));
    for (const status of keysOf(all))
      if (!statuses.includes(status) && !status.startsWith("x-"))
        this.contents.notSupported(`response ${status}, which is no status,`, memberAt(all, status).place);
    const successes = statuses.filter((status) => status.startsWith("2"));
    return statuses.flatMap((status) => {
      const found = this.loader.follow(memberAt(all, status));
      if (!found || !isObject(found.value)) return [];
      if (isObject(found.value.links))
        this.contents.notSupported(`links of response ${status}`, memberAt(found, "links").place);
      // HTTP itself lets these have no body (RFC 9110, §15).
      const isBare = /^(1\d\d|204|205|304)$/.test(status);
      const content = memberAt(found, "content");
      if (isBare && keysOf(content).length > 0)
        this.contents.notSupported(`the content of response ${status}, which never has a body,`, content.place);
      const lone = status.startsWith("2") && successes.length === 1;
      const range = status.replace(/xx$/i, "XX");
      const suffix = lone ? "Response" : `${range === "default" ? "Default" : range}Response`;
      return [
        {
          status: range,
          ...text("description", textMember(found.value, "description")),
          content: isBare ? [] : this.contents.read(found, `${typeName}${suffix}`),
          headers: this.parameters.headersOf(found),
        },
      ];
    });
  }

  /** One object for the whole request, so that one validator and one type cover it. */
  private request(
    place: Place,
    typeName: string,
    parameters: readonly ReadParameter[],
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
    this.contents.made.push({
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
      else if (schema !== undefined) seen.set(schema, { $ref: schema });
      else seen.set(format, format === "text" ? { type: "string" } : true);
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
      receive:
        receive === undefined ? "" : this.contents.named(foundAt(at("receive")), `${typeName}Message`, "content"),
      ...(send === undefined
        ? {}
        : { send: this.contents.named(foundAt(at("send")), `${typeName}ClientMessage`, "content") }),
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
}

function closedObject(properties: readonly (readonly [string, unknown])[], required: readonly string[]): ModelSchema {
  return {
    type: "object",
    properties: plainObject(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** A body that may be left out and has no members, as some contracts give to every operation. */
function isAlwaysEmpty(body: unknown): boolean {
  const content = Object.values(objectMember(body, "content") ?? {});
  return (
    member(body, "required") !== true &&
    content.every((media) => {
      const schema = objectMember(media, "schema");
      const members = Object.keys(objectMember(schema, "properties") ?? {});
      return members.length === 0 && member(schema, "additionalProperties") === false;
    })
  );
}

/** `GET /users/{id}/keys` → `get users by id keys`. */
function pathName(method: string, path: string): string {
  return `${method.toLowerCase()} ${path.replace(/\{([^{}]*)\}/g, " by $1 ")}`;
}
