import type {
  ChannelModel,
  MediaModel,
  OperationModel,
  ParameterModel,
  ResponseModel,
  ServiceModel,
  TypeId,
} from "../../model/types.js";
import { Code, printValue } from "../../print/code.js";
import { docLines } from "../../print/escape.js";
import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import type { Context } from "./context.js";

/** `operations`: the table that client and server of a service read, a row an operation. */
export function emitOperations(context: Context, service: ServiceModel): OutputFile[] {
  const { layout } = context;
  const file = layout.file(service.area, "operations");
  const head = header(context.source(service.area));
  const code = new Imports();
  const table = printValue(new Table(context, file, code).service(service));
  const types = new Imports();
  types.type("ServiceDescription", layout.kit(file, ""));
  const title = docLines(service.title).join(" ");
  return [
    { path: `${file}.js`, text: print("typescript/operations.js", { header: head, imports: code.lines(), table }) },
    {
      path: `${file}.d.ts`,
      text: print("typescript/operations.d.ts", { header: head, imports: types.lines(), title }),
    },
  ];
}

/** The table's rows, as values in which schemas are expressions. Members that say the default are left out. */
class Table {
  constructor(
    private readonly context: Context,
    private readonly file: string,
    private readonly imports: Imports,
  ) {}

  service(service: ServiceModel): object {
    const builtin = service.operations.flatMap(({ name, builtin }) =>
      builtin ? [[builtin.answers, { operation: name, members: builtin.members }] as const] : [],
    );
    const { media, schema, pointers, codes } = service.errors;
    return {
      name: service.name,
      title: service.title,
      version: service.version,
      operations: Object.fromEntries(
        service.operations.map((operation) => [operation.name, this.operation(operation)]),
      ),
      channels: Object.fromEntries(service.channels.map((channel) => [channel.name, this.channel(channel)])),
      securitySchemes: service.securitySchemes,
      security: service.security,
      errors: { media, schema: this.schema(schema), ...pointers, codes },
      builtin: builtin.length > 0 ? Object.fromEntries(builtin) : undefined,
    };
  }

  private operation(operation: OperationModel): object {
    const { name, id, method, path, request, parameters, body, security, optional, retry, idempotency, deprecated } =
      operation;
    return {
      name,
      id,
      method,
      path,
      request: this.schema(request),
      parameters: this.parameters(parameters),
      body: body && { required: body.required || undefined, content: body.content.map((media) => this.media(media)) },
      responses: Object.fromEntries(operation.responses.map((response) => [response.status, this.response(response)])),
      security,
      optional: optional || undefined,
      retry,
      idempotency,
      pagination: operation.pagination && {
        items: operation.pagination.items,
        next: operation.pagination.next,
        cursor: operation.pagination.cursor,
      },
      deprecated,
    };
  }

  private channel(channel: ChannelModel): object {
    const { name, id, path, request, parameters, receive, send, security, options } = channel;
    return {
      name,
      id,
      path,
      request: this.schema(request),
      parameters: this.parameters(parameters),
      receive: this.schema(receive),
      send: this.schema(send),
      security,
      ...options,
    };
  }

  private parameters(parameters: readonly ParameterModel[]): object[] | undefined {
    if (parameters.length === 0) return undefined;
    return parameters.map(({ name, in: place, required, type, items, members, style, explode, allowReserved }) => ({
      name,
      in: place,
      required: required || undefined,
      type,
      items,
      members,
      style,
      explode,
      allowReserved,
    }));
  }

  private response({ content, headers }: ResponseModel): object {
    const declared = headers.map(
      ({ name, type, required }) => [name, { type, required: required || undefined }] as const,
    );
    return {
      content: content.length > 0 ? content.map((media) => this.media(media)) : undefined,
      headers: declared.length > 0 ? Object.fromEntries(declared) : undefined,
    };
  }

  private media({ type, format, schema, stream, fields }: MediaModel): object {
    return { type, format, schema: this.schema(schema), stream, fields };
  }

  private schema(id: TypeId | undefined): Code | undefined {
    if (id === undefined || !this.context.artefacts.has("validators")) return undefined;
    const { name, area } = this.context.type(id);
    const { layout } = this.context;
    return new Code(this.imports.value(name, layout.specifier(this.file, layout.file(area, "schemas"))));
  }
}
