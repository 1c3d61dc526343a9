import SwaggerParser from "@apidevtools/swagger-parser";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { OpenAPI } from "openapi-types";
import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { bundle } from "../emit/bundle.js";
import type { Model, ServiceModel } from "../model/types.js";
import { isObject, objectMember, textMember } from "../read/json.js";
import { addAll } from "../read/lists.js";
import { pointerTo, valueAt } from "../read/pointer.js";
import type { Project } from "../read/read.js";

/** Checks a contract against the OpenAPI specification, with swagger-parser. It knows 3.0 and 3.1. */
export async function checkOpenApi(
  service: ServiceModel,
  model: Model,
  project: Project,
  diagnostics: Diagnostics,
): Promise<void> {
  const { document } = service.place;
  if (!/^3\.[01]\./.test(textMember(document.value, "openapi") ?? "")) return;
  const api = structuredClone(wholeDocument(service, model, project)) as unknown as OpenAPI.Document;
  try {
    await SwaggerParser.validate(api, {
      resolve: { external: false, file: false, http: false },
      dereference: { circular: "ignore" },
      validate: { schema: true, spec: true },
    });
  } catch (error) {
    for (const { pointer, message } of problemsOf(error)) {
      // The bundle keeps the document's structure; what it inlined is reported where it was referred to.
      diagnostics.add("openapi-invalid", message, { place: { document, pointer: nearest(document.value, pointer) } });
    }
  }
}

/**
 * The contract as one document: as it is when it refers to nothing outside. A bundle's schemas are 2020-12,
 * so it is judged as 3.1 whatever the contract was.
 */
function wholeDocument(service: ServiceModel, model: Model, project: Project): object {
  const { value } = service.place.document;
  if (isObject(value) && !refersOutside(value)) return value;
  return { ...bundle(service, model, project.loader, "$ref$"), openapi: "3.1.0" };
}

function refersOutside(root: unknown): boolean {
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const reference = textMember(next, "$ref");
    if (reference !== undefined && !reference.startsWith("#")) return true;
    addAll(
      pending,
      Object.values(next).filter((value) => typeof value === "object" && value !== null),
    );
  }
  return false;
}

function problemsOf(error: unknown): { pointer: string; message: string }[] {
  const details = isObject(error) || error instanceof Error ? (error as { details?: unknown }).details : undefined;
  if (!Array.isArray(details) || details.length === 0) {
    return [{ pointer: "", message: error instanceof Error ? firstLine(error.message) : String(error) }];
  }
  const found = details.filter(isObject).map((detail) => ({
    pointer: textMember(detail, "instancePath") ?? "",
    message: `${textMember(detail, "instancePath") || "the document"} ${textMember(detail, "message") ?? "is invalid"}${extraOf(detail)}`,
  }));
  // The deepest complaints say what is wrong; those above them only follow from it.
  const depth = found.reduce((most, { pointer }) => Math.max(most, pointer.split("/").length), 0);
  return found.filter(({ pointer }) => pointer.split("/").length === depth).slice(0, 5);
}

function extraOf(detail: Readonly<Record<string, unknown>>): string {
  const params = objectMember(detail, "params");
  const extra = textMember(params, "additionalProperty") ?? textMember(params, "unevaluatedProperty");
  return extra === undefined ? "" : `: ${extra}`;
}

function nearest(value: unknown, pointer: string): string {
  let at = pointer;
  while (at !== "" && valueAt(value, at) === undefined) at = at.slice(0, at.lastIndexOf("/"));
  return at;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });

/** Checks schemas against the meta-schema of 2020-12, and that `$id` mirrors the file's path. */
export function checkSchemas(project: Project, model: Model, diagnostics: Diagnostics): void {
  for (const { place, origin } of model.types.values()) {
    if (origin !== "schema" || textMember(place.document.value, "openapi")?.startsWith("3.0")) continue;
    const schema = valueAt(place.document.value, place.pointer);
    if (typeof schema === "boolean" || !isObject(schema)) continue;
    if (ajv.validateSchema({ ...schema, $schema: "https://json-schema.org/draft/2020-12/schema" })) continue;
    for (const { instancePath, message } of ajv.errors ?? []) {
      const wrong: Place = { document: place.document, pointer: `${place.pointer}${instancePath}` };
      // The reader has said in better words what it does not understand.
      if (diagnostics.says("schema-invalid", wrong)) continue;
      diagnostics.add("schema-invalid", `${instancePath || "the schema"} ${message ?? "is invalid"}`, { place: wrong });
    }
  }
  for (const document of project.schemaFiles) {
    const id = textMember(document.value, "$id");
    if (id !== undefined && !id.endsWith(`/${document.name}`)) {
      diagnostics.add("schema-id-mismatch", `$id ${id} does not end in ${document.name}`, {
        place: { document, pointer: "/$id" },
      });
    }
  }
}

/** Two path templates that match the same requests. */
export function checkPaths({ operations, channels, place }: ServiceModel, diagnostics: Diagnostics): void {
  const seen = new Map<string, string>();
  for (const { path } of [...operations, ...channels]) {
    const shape = path.replace(/\{[^{}]*\}/g, "{}");
    const other = seen.get(shape);
    if (other !== undefined && other !== path) {
      diagnostics.add("duplicate-path", `${path} matches the same requests as ${other}`, {
        place: { document: place.document, pointer: pointerTo(place.pointer, "paths", path) },
      });
    }
    seen.set(shape, other ?? path);
  }
}
