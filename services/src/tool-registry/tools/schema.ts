import type { JsonObject } from "../tool.js";

/** A closed object schema in which every property is required. */
export function closed(properties: Record<string, JsonObject>): JsonObject {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}
