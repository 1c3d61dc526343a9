import openapiTS, { astToString } from "openapi-typescript";
import type { Diagnostics } from "../../diagnostics/diagnostic.js";
import type { ServiceModel } from "../../model/types.js";
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
  const document = bundle(service, context.model, loader);
  const types = await printed(document).catch((error: unknown) => {
    // It stumbles over names such as `constructor`; the rest of the output does not need it.
    const reason = error instanceof Error ? error.message : String(error);
    diagnostics.add("not-supported", `paths has no types: openapi-typescript says "${reason}"`, {
      place: service.place,
    });
    return "export type paths = Record<string, unknown>;";
  });
  return { path: `${file}.d.ts`, text: `${header(context.source(service.area))}\n\n${types}\n` };
}

async function printed(document: object): Promise<string> {
  const tree = await openapiTS(document as Parameters<typeof openapiTS>[0] & object, {
    silent: true,
    alphabetize: false,
  });
  return astToString(tree).trim();
}
