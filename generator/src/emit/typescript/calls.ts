import type { MediaModel, OperationModel, ParameterModel, ServiceModel } from "../../model/types.js";
import { reservedWords } from "../../names/reserved.js";
import { Code, printValue } from "../../print/code.js";
import { docLines } from "../../print/escape.js";
import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import type { Context } from "./context.js";
import { encodedPath, Rows } from "./rows.js";
import { sentTypes } from "./sent.js";
import { signatureOf, successesOf, withHeaders } from "./signature.js";
import { docComment } from "./type-text.js";

/** `calls`: a short row an operation, for `createCaller`. A bundle holds those that are imported, and no schema. */
export function emitCalls(context: Context, service: ServiceModel): OutputFile[] {
  const { layout } = context;
  const file = layout.file(service.area, "calls");
  const kit = layout.kit(file, "client");
  const code = new Imports();
  const types = new Imports();
  const rows = new Rows(() => undefined);
  const rowTypes = service.operations.map((operation) => rowType(context, operation, file, types));
  const names = localNames(service, types.names());
  const calls = service.operations.map((operation, index) => ({
    doc: shortDoc(operation),
    local: names.get(operation.name),
    row: printValue(rowOf(rows, operation, code, kit), "", `const ${names.get(operation.name)} = `.length),
    type: rowTypes[index],
  }));
  const exported = service.operations.map(({ name }) =>
    names.get(name) === name ? name : `${names.get(name)} as ${name}`,
  );
  types.type("ServiceFacts", kit);
  const view = {
    header: header(context.source(service.area)),
    facts: printValue(rows.facts(service), "", "export const service = ".length),
    factsDoc: docComment([`What \`createCaller\` may want to know of ${docLines(service.title).join(" ")}.`], ""),
    calls,
    exported: exportList(exported.sort()),
  };
  return [
    { path: `${file}.js`, text: print("typescript/calls.js", { ...view, imports: code.lines() }) },
    { path: `${file}.d.ts`, text: print("typescript/calls.d.ts", { ...view, imports: types.lines() }) },
  ];
}

/** In a line; the client's method says it all. */
function shortDoc({ method, path, summary, deprecated }: OperationModel): string {
  const [said = ""] = docLines(summary ?? "");
  const route = docLines(`\`${method} ${path}\``);
  return docComment(
    [[...route, said].filter((text) => text !== "").join(": "), ...(deprecated ? ["@deprecated"] : [])],
    "",
  );
}

/** An operation's row, with the parts that it needs named in it. */
function rowOf(rows: Rows, operation: OperationModel, code: Imports, kit: string): object {
  const { name, method, path, security, retry, idempotency } = operation;
  const styled = hasQuery(path) || !operation.parameters.every(isDefault);
  const manyMedia = !(operation.body?.content ?? []).every(isJson) || (operation.body?.content.length ?? 0) > 1;
  const answers =
    manyMedia ||
    !successesOf(operation).every(
      ({ status, content, headers }) => !status.startsWith("3") && content.every(isJson) && headers.length === 0,
    );
  const parts = [
    ...(styled ? [new Code(code.value("styles", kit))] : []),
    ...(answers ? [new Code(code.value("media", kit))] : []),
  ];
  return {
    name,
    method,
    path: encodedPath(path),
    parameters: styled ? rows.parameters(operation.parameters) : undefined,
    body: answers ? rows.body(operation) : undefined,
    responses: answers ? rows.responses(operation) : undefined,
    security,
    retry,
    idempotency,
    pagination: rows.pagination(operation),
    parts: parts.length > 0 ? parts : undefined,
  };
}

/** What `createCaller` writes without parts: scalars in the path, scalars and exploded arrays in the query. */
export function isDefault({ in: place, type, style, explode = true, allowReserved }: ParameterModel): boolean {
  if (type === "json" || type === "object" || allowReserved) return false;
  if (place === "path") return type !== "array" && (style ?? "simple") === "simple";
  return place === "query" && explode && (style ?? "form") === "form";
}

/** Whether a path has a query of its own, as some contracts write it; without a part, what follows would begin another. */
export function hasQuery(path: string): boolean {
  return path.includes("?");
}

/** What clients and short rows read and write without the part `media`. */
export function isJson({ type, format }: MediaModel): boolean {
  return format === "json" && type === "application/json";
}

function rowType(context: Context, operation: OperationModel, file: string, types: Imports): string {
  const kit = context.layout.kit(file, "client");
  const { requestRequired, body, item, pageItem, headers } = signatureOf(context, operation, file, types);
  const [first, ...others] = sentTypes(context, operation, file, types);
  const named = others.map(({ request, contentType }) => `${types.type("SentAs", kit)}<${request}, ${contentType}>`);
  const taken = [first.request, ...(requestRequired ? [] : ["undefined"]), ...named].join(" | ");
  const paged = operation.pagination !== undefined;
  const call = (answer: string) =>
    withHeaders(
      types.type(paged ? "PagedRow" : "CallRow", kit),
      paged ? [taken, answer, pageItem ?? "unknown"] : [taken, answer],
      headers,
      "",
    );
  const kinds = [
    ...(body === undefined ? [] : [call(body)]),
    ...(item === undefined ? [] : [`${types.type("StreamRow", kit)}<${taken}, ${item}>`]),
  ];
  return kinds.join(" & ");
}

/** What the rows are called in their file: their own names, unless something else there is called so. */
function localNames({ operations }: ServiceModel, imported: ReadonlySet<string>): Map<string, string> {
  const own = ["service", "styles", "media", "ServiceFacts"];
  const foreign = new Set([...reservedWords, "undefined", "globalThis", ...imported, ...own]);
  const taken = new Set([...operations.map(({ name }) => name), ...foreign]);
  return new Map(
    operations.map(({ name }) => {
      let local = name;
      if (foreign.has(name)) {
        while (taken.has(local)) local = `${local}_`;
        taken.add(local);
      }
      return [name, local];
    }),
  );
}

function exportList(names: readonly string[]): string {
  const line = `{ ${names.join(", ")} }`;
  if (names.length === 0) return "{}";
  return line.length <= 112 ? line : `{\n${names.map((name) => `  ${name},\n`).join("")}}`;
}
