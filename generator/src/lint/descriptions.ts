import type { Diagnostics } from "../diagnostics/diagnostic.js";
import type { Model, ServiceModel } from "../model/types.js";
import { isObject } from "../read/json.js";
import { pointerTo } from "../read/pointer.js";

/** Descriptions become the documentation of generated code; what has none is listed. */
export function checkDescriptions(model: Model, diagnostics: Diagnostics): void {
  for (const { name, origin, schema, place } of model.types.values()) {
    if (origin !== "schema" || !isObject(schema)) continue;
    if (typeof schema.description !== "string" && typeof schema.$ref !== "string") {
      diagnostics.add("missing-description", `${name} has no description`, { place });
    }
    for (const [member, value] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
      if (!isObject(value) || typeof value.description === "string" || typeof value.$ref === "string") continue;
      diagnostics.add("missing-description", `${name}.${member} has no description`, {
        place: { document: place.document, pointer: pointerTo(place.pointer, "properties", member) },
      });
    }
  }
  for (const service of model.services) checkOperations(service, diagnostics);
}

function checkOperations({ operations, channels }: ServiceModel, diagnostics: Diagnostics): void {
  for (const { id, summary, description, parameters, place } of [...operations, ...channels]) {
    if (summary === undefined && description === undefined)
      diagnostics.add("missing-description", `operation ${id} has neither summary nor description`, { place });
    for (const parameter of parameters) {
      if (parameter.description === undefined) {
        diagnostics.add(
          "missing-description",
          `${parameter.in} parameter ${parameter.name} of ${id} has no description`,
          { place: parameter.place },
        );
      }
    }
  }
}
