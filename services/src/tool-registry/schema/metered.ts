import { isObject, type JsonObject } from "../tool.js";
import { SchemaError } from "./schema-error.js";

/** The keyword that `metered` adds; ajv calls a function of ours for it. */
export const METER = "x-agentwire-meter";

const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 100;
const MAX_SUBSCHEMAS = 2000;

/** Keywords whose members are schemas by a name of one's own. */
const MAPS = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"]);
/** Keywords that hold data, whatever it looks like. */
const DATA = new Set(["const", "enum", "default", "example", "examples"]);
/** Says that judging is asynchronous, which nobody here would wait for. */
const ASYNC = "$async";

/**
 * A copy of a schema in which every subschema says what it costs, so that no judgement is free. Every object that is
 * not data is treated as a schema, as a `$ref` may lead to any of them.
 *
 * @throws SchemaError when it is too large, too deep, or refers to data
 */
export function metered(schema: JsonObject): JsonObject {
  if (sizeOf(schema) > MAX_BYTES) throw new SchemaError(`it is larger than ${MAX_BYTES} bytes`);
  let subschemas = 0;

  const copy = (value: unknown, depth: number, isMap: boolean): unknown => {
    if (depth > MAX_DEPTH) throw new SchemaError(`it is nested deeper than ${MAX_DEPTH} levels`);
    if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1, false));
    if (!isObject(value)) return value;
    const entries = Object.entries(value).filter(([key]) => isMap || key !== ASYNC);
    const members = entries.map(([key, member]): [string, unknown] => {
      if (!isMap && DATA.has(key)) return [key, member];
      if (!isMap && key === "$ref") refuseData(member);
      return [key, copy(member, depth + 1, !isMap && MAPS.has(key))];
    });
    if (isMap) return Object.fromEntries(members);
    if (++subschemas > MAX_SUBSCHEMAS) throw new SchemaError(`it has more than ${MAX_SUBSCHEMAS} subschemas`);
    return Object.fromEntries([...members, [METER, costOf(value)]]);
  };

  return copy(schema, 0, false) as JsonObject;
}

/** A subschema's own part: itself, and the lists and names that it compares with. */
function costOf(schema: JsonObject): number {
  const lists = Object.values(schema).map((value) => (Array.isArray(value) ? value.length : 0));
  const names = isObject(schema["properties"]) ? Object.keys(schema["properties"]).length : 0;
  return lists.reduce((sum, length) => sum + length, 1 + names);
}

/** Data is copied as it is, so a judgement by it would be free. */
function refuseData(reference: unknown): void {
  const steps = String(reference).split("#")[1]?.split("/") ?? [];
  const leads = steps.some((step, index) => DATA.has(step) && !MAPS.has(steps[index - 1] ?? ""));
  if (leads) throw new SchemaError(`its $ref "${reference}" leads to data`);
}

function sizeOf(schema: JsonObject): number {
  try {
    return Buffer.byteLength(JSON.stringify(schema));
  } catch (error) {
    throw new SchemaError(`it is no JSON: ${(error as Error).message}`);
  }
}
