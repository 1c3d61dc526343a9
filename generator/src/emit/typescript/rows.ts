import type {
  ChannelModel,
  MediaModel,
  OperationModel,
  ParameterModel,
  ResponseModel,
  ServiceModel,
  TypeId,
} from "../../model/types.js";
import type { Code } from "../../print/code.js";

/** Rows of tables, as values in which schemas are expressions. Members that say the default are left out. */
export class Rows {
  /** `schema` gives the expression of a type's schema, or leaves it out. */
  constructor(private readonly schema: (id: TypeId | undefined) => Code | undefined) {}

  service(service: ServiceModel): object {
    const builtin = service.operations.flatMap(({ name, builtin }) =>
      builtin ? [[builtin.answers, { operation: name, members: builtin.members }] as const] : [],
    );
    const { name, securitySchemes, security, errors, servers } = this.facts(service);
    return {
      name,
      title: service.title,
      version: service.version,
      operations: Object.fromEntries(
        service.operations.map((operation) => [operation.name, this.operation(operation)]),
      ),
      channels: Object.fromEntries(service.channels.map((channel) => [channel.name, this.channel(channel)])),
      securitySchemes,
      security,
      errors,
      servers,
      builtin: builtin.length > 0 ? Object.fromEntries(builtin) : undefined,
    };
  }

  /** What a client needs to know of a service beside its operations. */
  facts({ name, securitySchemes, security, errors, servers }: ServiceModel) {
    const { media, schema, pointers, codes } = errors;
    return {
      name,
      securitySchemes,
      security,
      errors: { media, schema: this.schema(schema), ...pointers, codes },
      servers: servers.length > 0 ? servers : undefined,
    };
  }

  operation(operation: OperationModel): object {
    const { name, id, method, path, request, parameters, security, optional, retry, idempotency, deprecated, servers } =
      operation;
    return {
      name,
      id,
      method,
      path: encodedPath(path),
      request: this.schema(request),
      parameters: this.parameters(parameters),
      body: this.body(operation),
      responses: this.responses(operation),
      security,
      optional: optional || undefined,
      retry,
      idempotency,
      pagination: this.pagination(operation),
      deprecated,
      servers,
    };
  }

  body({ body }: OperationModel): object | undefined {
    return body && { required: body.required || undefined, content: body.content.map((media) => this.media(media)) };
  }

  responses({ responses }: OperationModel): object {
    return Object.fromEntries(responses.map((response) => [response.status, this.response(response)]));
  }

  pagination({ pagination }: OperationModel): object | undefined {
    return pagination && { items: pagination.items, next: pagination.next, cursor: pagination.cursor };
  }

  private channel(channel: ChannelModel): object {
    const { name, id, path, request, parameters, receive, send, security, options } = channel;
    return {
      name,
      id,
      path: encodedPath(path),
      request: this.schema(request),
      parameters: this.parameters(parameters),
      receive: this.schema(receive),
      send: this.schema(send),
      security,
      ...options,
    };
  }

  parameters(parameters: readonly ParameterModel[]): object[] | undefined {
    if (parameters.length === 0) return undefined;
    return parameters.map(({ name, in: place, required, ...written }) => ({
      name,
      in: place,
      required: required || undefined,
      type: written.type,
      items: written.items,
      members: written.members,
      plain: written.plain,
      style: written.style,
      explode: written.explode,
      allowReserved: written.allowReserved,
    }));
  }

  private response({ content, headers }: ResponseModel): object {
    const declared = headers.map(
      ({ name, required, type, items, members, explode }) =>
        [name, { type, items, members, explode, required: required || undefined }] as const,
    );
    return {
      content: content.length > 0 ? content.map((media) => this.media(media)) : undefined,
      headers: declared.length > 0 ? Object.fromEntries(declared) : undefined,
    };
  }

  private media({ type, format, of, schema, stream, fields }: MediaModel): object {
    return { type, format, of, schema: this.schema(schema), stream, fields };
  }
}

/**
 * A path template as it travels: a fragment, by which contracts tell paths apart, does not; what no URL may hold is
 * percent-encoded, but for the names of variables.
 */
export function encodedPath(path: string): string {
  const [bare = ""] = path.split("#", 1);
  return bare.replace(/\{[^{}]*\}|[^!-~\p{Surrogate}]|["<>\\^`]/gu, (part) =>
    part.startsWith("{") ? part : encodeURI(part),
  );
}
