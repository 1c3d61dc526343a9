import type { ServerVariable, ServiceServer } from "@agentwire/kit";
import type { Place } from "../diagnostics/diagnostic.js";
import { isObject, listMember, objectMember, plainObject, textMember } from "../read/json.js";
import { valueAt } from "../read/pointer.js";

/** `servers` of a document, path or operation: their URLs, and the variables that these hold. */
export function serversOf({ document, pointer }: Place): ServiceServer[] {
  return (listMember(valueAt(document.value, pointer), "servers") ?? []).flatMap((server) => {
    const url = textMember(server, "url");
    if (url === undefined) return [];
    const description = textMember(server, "description");
    const declared = objectMember(server, "variables") ?? {};
    const variables = Object.entries(declared).flatMap(([name, variable]): [string, ServerVariable][] =>
      isObject(variable) && url.includes(`{${name}}`) ? [[name, variableOf(variable)]] : [],
    );
    return [
      {
        url,
        ...(description === undefined ? {} : { description }),
        ...(variables.length === 0 ? {} : { variables: plainObject(variables) as Record<string, ServerVariable> }),
      },
    ];
  });
}

function variableOf(variable: Readonly<Record<string, unknown>>): ServerVariable {
  const values = (listMember(variable, "enum") ?? []).filter(isScalar).map(String);
  const description = textMember(variable, "description");
  // The specification wants a default; where it is missing, the first allowed value is one.
  const fallback = isScalar(variable.default) ? String(variable.default) : (values[0] ?? "");
  return {
    default: fallback,
    ...(values.length === 0 ? {} : { enum: values }),
    ...(description === undefined ? {} : { description }),
  };
}

/** YAML reads an unquoted port as a number. */
function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
