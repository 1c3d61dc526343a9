import { Ajv2020 } from "ajv/dist/2020.js";
import type { Schema, Validator } from "../../kit/src/index.js";

const ajv = new Ajv2020({ strict: false, allErrors: true });

/** A schema as the generator would give it, judged by ajv; tolerant is the same without closed objects. */
export function schema(name: string, definition: object): Schema {
  const open = JSON.stringify(definition).replaceAll('"additionalProperties":false', '"additionalProperties":true');
  const [strict, tolerant] = [ajv.compile(definition), ajv.compile(JSON.parse(open) as object)];
  const validator = ((value, tolerantly, violations, pointer = "") => {
    const judge = tolerantly ? tolerant : strict;
    const valid = judge(value);
    for (const { instancePath, keyword, message = "", params } of judge.errors ?? [])
      violations?.push({ pointer: `${pointer}${instancePath}`, keyword, message, params });
    return valid;
  }) as Validator;
  return { name, validator: undefined, load: async () => validator };
}
