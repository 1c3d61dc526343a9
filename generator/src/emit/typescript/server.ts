import type { OperationModel, ResponseModel, ServiceModel } from "../../model/types.js";
import { docLines } from "../../print/escape.js";
import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import type { Context } from "./context.js";
import { methodDoc, signatureOf, successesOf, withHeaders } from "./signature.js";
import { docComment } from "./type-text.js";

/** `server`: an abstract class, a method an operation or channel. The kit's `Server` does the rest. */
export function emitServer(context: Context, service: ServiceModel): OutputFile[] {
  const { layout } = context;
  const file = layout.file(service.area, "server");
  const head = header(context.source(service.area));
  const kit = layout.kit(file, "server");
  const types = new Imports();
  const methods = methodsOf(context, service, file, types, kit);
  types.value("Server", kit);
  types.type("ServerOptions", kit);
  const code = new Imports();
  code.value("Server", kit);
  code.value("service", layout.specifier(file, layout.file(service.area, "operations")));
  const className = `${service.className}Server`;
  const classDoc = docComment(
    [
      `Base of every ${docLines(service.title).join(" ")} server: extend it, and routing, validation both ways, errors, auth and`,
      "streams are done. Throw a `Problem` to answer with an error of your own.",
    ],
    "",
  );
  return [
    { path: `${file}.js`, text: print("typescript/server.js", { header: head, imports: code.lines(), className }) },
    {
      path: `${file}.d.ts`,
      text: print("typescript/server.d.ts", { header: head, imports: types.lines(), classDoc, className, methods }),
    },
  ];
}

/** Whether every success has what a bare result cannot say: where to redirect to, or a header that must be there. */
function needsReply(operation: OperationModel): boolean {
  const successes = successesOf(operation);
  const isSaid = ({ status, headers }: ResponseModel) =>
    status.startsWith("3") || headers.some((each) => each.required);
  return successes.length > 0 && successes.every(isSaid);
}

function methodsOf(context: Context, service: ServiceModel, file: string, types: Imports, kit: string): object[] {
  const names = context.names(file, types, false);
  const contextType = () => types.type("RequestContext", kit);
  const operations = service.operations.map((operation) => {
    const { request, body, item, headers } = signatureOf(context, operation, file, types);
    const answers = (plain: string) => {
      const replied = withHeaders(types.type("Reply", kit), [plain], headers, "  ");
      return `${types.type("Awaitable", kit)}<${needsReply(operation) ? "" : `${plain} | `}${replied}>`;
    };
    const results = [
      ...(body === undefined ? [] : [answers(body)]),
      ...(item === undefined ? [] : [`AsyncIterable<${item}>`]),
    ];
    const note = operation.builtin
      ? ["Answered by the kit, unless you define it."]
      : operation.optional
        ? ["Optional: left out, it is answered with `not_implemented`."]
        : [];
    const optional = operation.optional || operation.builtin !== undefined;
    return {
      doc: methodDoc(operation, operation.method, "  ", note),
      abstract: optional ? "" : "abstract ",
      name: operation.name,
      optional: optional ? "?" : "",
      parameters: `request: ${request ?? "Record<string, never>"}, context: ${contextType()}`,
      result: results.join(" | "),
    };
  });
  const channels = service.channels.map((channel) => {
    // The contract speaks from the client's side: what it sends comes in here.
    const incoming = channel.send === undefined ? "never" : names.reference(channel.send);
    const channelType = `${types.type("ServerChannel", kit)}<${incoming}, ${names.reference(channel.receive)}>`;
    const request = channel.request === undefined ? "Record<string, never>" : names.reference(channel.request);
    return {
      doc: methodDoc(channel, "WebSocket", "  ", ["The socket closes when the method returns."]),
      abstract: channel.optional ? "" : "abstract ",
      name: channel.name,
      optional: channel.optional ? "?" : "",
      parameters: `request: ${request}, channel: ${channelType}, context: ${contextType()}`,
      result: `${types.type("Awaitable", kit)}<void>`,
    };
  });
  return [...operations, ...channels];
}
