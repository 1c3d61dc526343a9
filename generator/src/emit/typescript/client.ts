import type { SecurityScheme } from "@agentwire/kit";
import type { OperationModel, ParameterModel, ServiceModel } from "../../model/types.js";
import { docLines, stringLiteral, typeKey } from "../../print/escape.js";
import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import { hasQuery, isDefault, isJson } from "./calls.js";
import type { Context } from "./context.js";
import { type Sent, sentTypes } from "./sent.js";
import { methodDoc, signatureOf, successesOf, withHeaders } from "./signature.js";
import { docComment } from "./type-text.js";

interface Method {
  readonly doc: string;
  readonly name: string;
  /** The head of the kit's call that does the work: `this.call("name"`. */
  readonly kit: string;
  /** What it takes, in the words of each of its declarations. */
  readonly requests: readonly Sent[];
  readonly isOptional: boolean;
  /** The type of the options in the declaration, and what is passed on in the code. */
  readonly optionsType: string;
  readonly options: string;
  readonly result: string;
}

/** `client`: one class, a short method an operation or channel. */
export function emitClient(context: Context, service: ServiceModel): OutputFile[] {
  const { layout } = context;
  const file = layout.file(service.area, "client");
  const head = header(context.source(service.area));
  const types = new Imports();
  const kit = layout.kit(file, "client");
  const code = new Imports();
  const methods = methodsOf(context, service, file, types, code);
  types.value("Client", kit);
  types.type("ClientOptions", kit);
  code.value("Client", kit);
  code.value("service", layout.specifier(file, layout.file(service.area, "operations")));
  const located = service.servers.length > 0 ? `${code.value("withServer", kit)}(service, options)` : "options";
  const parts = partsOf(service).map(({ name, of }) => code.value(name, kit) + of);
  const className = `${service.className}Client`;
  const classDoc = docComment(
    [`Client of ${docLines(service.title).join(" ")}.`, "", ...docLines(service.summary ?? "")],
    "",
  );
  return [
    {
      path: `${file}.js`,
      text: print("typescript/client.js", {
        header: head,
        imports: code.lines(),
        className,
        given: [located, ...parts].join(", "),
        methods,
      }),
    },
    {
      path: `${file}.d.ts`,
      text: print("typescript/client.d.ts", {
        header: head,
        imports: types.lines(),
        classDoc,
        className,
        options: optionsType(service),
        methods: methods.flatMap(declarations),
      }),
    },
  ];
}

function methodsOf(context: Context, service: ServiceModel, file: string, types: Imports, code: Imports): Method[] {
  const kit = context.layout.kit(file, "client");
  const streams = context.layout.kit(file, "client/stream");
  const sockets = context.layout.kit(file, "client/channel");
  const names = context.names(file, types, false);
  const taken = new Set([...service.operations, ...service.channels].map(({ name }) => name));
  const operations = service.operations.flatMap((operation): Method[] => {
    const { requestRequired, body, item, pageItem, streamType, headers } = signatureOf(context, operation, file, types);
    const key = stringLiteral(operation.name);
    const common = {
      doc: methodDoc(operation, operation.method, "  "),
      requests: sentTypes(context, operation, file, types),
      isOptional: !requestRequired,
    };
    const methods: Method[] = [];
    if (body !== undefined) {
      const paged = operation.pagination !== undefined;
      const call = types.type(paged ? "PagedCall" : "Call", kit);
      const result = withHeaders(call, paged ? [body, pageItem ?? "unknown"] : [body], headers, "  ");
      methods.push({
        ...common,
        name: operation.name,
        kit: paged ? `${code.value("paginate", kit)}(this, ${key}` : `this.call(${key}`,
        optionsType: types.type("CallOptions", kit),
        options: "options",
        result,
      });
    }
    if (item !== undefined) {
      const both = body !== undefined;
      const name = both ? freeName(`${operation.name}Stream`, taken) : operation.name;
      const options = both ? `{ accept: ${stringLiteral(streamType ?? "*/*")}, ...options }` : "options";
      methods.push({
        ...common,
        name,
        kit: `${code.value("stream", streams)}(this, ${key}`,
        optionsType: types.type("StreamOptions", kit),
        options,
        result: `${types.type("ItemStream", kit)}<${item}>`,
      });
    }
    return methods;
  });
  const channels = service.channels.map((channel): Method => {
    const request = channel.request === undefined ? "Record<string, never>" : names.reference(channel.request);
    const send = channel.send === undefined ? "never" : names.reference(channel.send);
    return {
      doc: methodDoc(channel, "WebSocket", "  "),
      name: channel.name,
      kit: `${code.value("openChannel", sockets)}(this, ${stringLiteral(channel.name)}`,
      requests: [{ request }],
      isOptional: !channel.requestRequired,
      optionsType: types.type("ChannelOptions", kit),
      options: "options",
      result: `${types.type("ClientChannel", kit)}<${names.reference(channel.receive)}, ${send}>`,
    };
  });
  return [...operations, ...channels];
}

/** A method as it is declared: once, or for each body that has to say what it is. */
function declarations({ name, doc, requests, isOptional, optionsType, result }: Method): object[] {
  return requests.map(({ request, contentType }, index) => {
    const isNamed = index > 0;
    const said = isNamed ? `contentType: ${contentType}` : `contentType?: ${contentType} | undefined`;
    const options = contentType === undefined ? optionsType : `${optionsType} & { ${said} }`;
    const parameters = [
      `request${isOptional && !isNamed ? "?" : ""}: ${request}`,
      `options${isNamed ? "" : "?"}: ${options}`,
    ];
    const isShort = requests.length === 1 || parameters.join("").length < 90;
    return {
      name,
      doc: isNamed ? docComment(["The same with a body that has to name its media type."], "  ") : doc,
      parameters: isShort ? parameters.join(", ") : `\n    ${parameters.join(",\n    ")},\n  `,
      result,
    };
  });
}

interface PartOfClient {
  readonly name: string;
  /** What it is made with, in parentheses. */
  readonly of: string;
}

/** The parts of the kit that the contract needs beyond default styles and JSON. */
function partsOf({ operations, channels, securitySchemes }: ServiceModel): PartOfClient[] {
  const apart = operations.some(({ servers }) => servers !== undefined);
  const parameters = [...operations, ...channels].flatMap((each) => each.parameters);
  const schemes = Object.values(securitySchemes);
  const hasQueries = operations.some(({ path }) => hasQuery(path));
  const needed = parameters.every(isDefault) ? undefined : parameters.every(isPlain) ? "fields" : "styles";
  const writer = hasQueries ? "styles" : needed;
  const authentication = schemes.every(takesToken) ? "tokenAuthentication" : "authentication";
  return [
    ...(schemes.length === 0 ? [] : [{ name: authentication, of: "(options?.auth)" }]),
    ...(writer === undefined ? [] : [{ name: writer, of: "" }]),
    ...(operations.every(speaksJson) ? [] : [{ name: "media", of: "" }]),
    ...(apart ? [{ name: "ownServers", of: "(options)" }] : []),
  ];
}

/** Schemes whose credentials are a bearer token in a header. */
function takesToken({ type, scheme }: SecurityScheme): boolean {
  return type === "oauth2" || type === "openIdConnect" || (type === "http" && scheme === "bearer");
}

/** What a client sends without the part `styles`: as a short row does, and with `fields` scalars in headers. */
function isPlain(parameter: ParameterModel): boolean {
  const { in: place, type } = parameter;
  return place === "header" ? type !== "array" && type !== "object" && type !== "json" : isDefault(parameter);
}

/** True where the part `media` has nothing to do; streams are read elsewhere. */
function speaksJson(operation: OperationModel): boolean {
  const bodies = operation.body?.content ?? [];
  return (
    bodies.length < 2 &&
    bodies.every(({ type, format }) => format === "json" && !type.includes("*")) &&
    successesOf(operation).every(
      ({ content, headers }) =>
        headers.length === 0 && content.every((media) => media.format === "stream" || isJson(media)),
    )
  );
}

/** The options of the constructor; a choice of servers where the contract gives one. */
function optionsType({ servers }: ServiceModel): string {
  if (servers.length === 0) return "options?: ClientOptions";
  const choices = servers.map(({ variables = {} }, index) => {
    const members = Object.entries(variables).map(
      ([name, each]) => `${typeKey(name)}?: ${each.enum?.map(stringLiteral).join(" | ") ?? "string"}`,
    );
    return members.length === 0 ? `{ index: ${index} }` : `{ index: ${index}; variables?: { ${members.join("; ")} } }`;
  });
  const line = `options?: ClientOptions<${choices.join(" | ")}>`;
  if (line.length <= 100) return line;
  return `\n    options?: ClientOptions<\n${choices.map((choice) => `      | ${choice}\n`).join("")}    >,\n  `;
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free = `${free}_`;
  taken.add(free);
  return free;
}
