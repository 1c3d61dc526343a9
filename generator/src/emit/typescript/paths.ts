import openapiTS, { astToString } from "openapi-typescript";
import type { Diagnostics } from "../../diagnostics/diagnostic.js";
import type { ServiceModel } from "../../model/types.js";
import { type JsonObject, objectMember, plainObject } from "../../read/json.js";
import type { Loader } from "../../read/loader.js";
import { bundle } from "../bundle.js";
import { header, type OutputFile } from "../file.js";
import type { Context } from "./context.js";

/** `paths`: the types that openapi-fetch and its relatives take, printed by openapi-typescript. */
export async function emitPaths(
  context: Context,
  service: ServiceModel,
  loader: Loader,
  diagnostics: Diagnostics,
): Promise<OutputFile> {
  const file = context.layout.file(service.area, "paths");
  const bundled = (dataRef: string) => withPathsOnly(bundle(service, context.model, loader, dataRef));
  const dataRef = unusedName(JSON.stringify(bundled("$ref")));
  const types = await printed(bundled(dataRef), dataRef).catch((error: unknown) => {
    // It stumbles over names such as `constructor`; the rest of the output does not need it.
    const reason = error instanceof Error ? error.message : String(error);
    diagnostics.add("not-supported", `paths has no types: openapi-typescript says "${reason}"`, {
      place: service.place,
    });
    return "export type paths = Record<string, unknown>;";
  });
  return { path: `${file}.d.ts`, text: `${header(context.source(service.area))}\n\n${types}\n` };
}

/** Without keys beside the paths that are none: what was left out of the rest is left out here. */
function withPathsOnly(document: JsonObject): JsonObject {
  const paths = Object.entries(objectMember(document, "paths") ?? {}).filter(([path]) => path.startsWith("/"));
  return { ...document, paths: plainObject(paths) };
}

/** openapi-typescript follows whatever is called `$ref`, in values too: there it gets to see another name. */
function unusedName(text: string): string {
  let name = "$ref$";
  while (text.includes(name)) name += "$";
  return name;
}

async function printed(document: object, dataRef: string): Promise<string> {
  const tree = await openapiTS(document as Parameters<typeof openapiTS>[0] & object, {
    silent: true,
    alphabetize: false,
  });
  return astToString(tree).trim().replaceAll(dataRef, "$ref");
}
