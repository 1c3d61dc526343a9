import type { ParameterType, ResponseHeader, Response as ResponseRow } from "../operation.js";

/** The declared headers of an answer, as their types say (style `simple`); missing and unreadable ones are left out. */
export function headerValues(declared: ResponseRow["headers"] = {}, headers: Headers): object {
  const values = Object.entries(declared).flatMap(([name, header]) => {
    const text = headers.get(name);
    const value = text === null ? undefined : typedValue(text, header);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(values);
}

function typedValue(text: string, { type, items = "string", members, explode }: ResponseHeader): unknown {
  const parts = () => (text === "" ? [] : text.split(",").map((part) => part.trim()));
  if (type === "array") {
    const list = parts().map((part) => scalarOf(part, items));
    return list.includes(undefined) ? undefined : list;
  }
  if (type !== "object") return scalarOf(text, type);
  // Exploded "R=100,G=200", else "R,100,G,200".
  const flat = explode ? parts().flatMap((part) => part.split(/=(.*)/s, 2)) : parts();
  const pairs = flat.flatMap((name, index) => (index % 2 ? [] : [[name, flat[index + 1] ?? ""] as const]));
  return Object.fromEntries(
    pairs.map(([name, value]) => [
      name,
      scalarOf(value, (members && Object.hasOwn(members, name) && members[name]) || items),
    ]),
  );
}

/** `undefined` for text that is no value of the type. */
export function scalarOf(text: string, type: ParameterType): unknown {
  if (type === "string") return text;
  if (type === "scalar") return scalarOf(text, "number") ?? scalarOf(text, "boolean") ?? text;
  try {
    const value: unknown = JSON.parse(text);
    const kind = type === "integer" ? "number" : type;
    return type === "json" || typeof value === kind ? value : undefined;
  } catch {
    return undefined;
  }
}
