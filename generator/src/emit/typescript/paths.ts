import openapiTS, { astToString } from "openapi-typescript";
import type { ServiceModel } from "../../model/types.js";
import type { Loader } from "../../read/loader.js";
import { bundle } from "../bundle.js";
import { header, type OutputFile } from "../file.js";
import type { Context } from "./context.js";

/** `paths`: the types that openapi-fetch and its relatives take, printed by openapi-typescript. */
export async function emitPaths(context: Context, service: ServiceModel, loader: Loader): Promise<OutputFile> {
  const file = context.layout.file(service.area, "paths");
  const document = bundle(service, context.model, loader);
  const tree = await openapiTS(document as Parameters<typeof openapiTS>[0] & object, {
    silent: true,
    alphabetize: false,
  });
  return { path: `${file}.d.ts`, text: `${header(context.source(service.area))}\n\n${astToString(tree).trim()}\n` };
}
