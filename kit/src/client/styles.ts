import { parametersWriter } from "./fields.js";
import { encoded, escaped, type ParameterToWrite, textOf } from "./parameters.js";
import type { ParameterWriter, Part } from "./part.js";
import { isObject } from "./pointer.js";
import type { Row } from "./row.js";
import { isThere, membersOf, refuse } from "./target.js";

/** The part that writes parameters in all styles of OpenAPI, as the operation's row declares them; no others go out. */
export const styles: Part = { parameters: styledParameters };

export function styledParameters(row: Pick<Row, "name" | "path" | "parameters">): ParameterWriter {
  const writer = parametersWriter(row, styleWriter);
  if (!row.path.includes("?")) return writer;
  // Some contracts have a query in their paths, which the parameters go on with.
  const target: ParameterWriter["target"] = (request) => {
    const [path, own, ...rest] = writer.target(request).split("?");
    return `${path}?${[own, rest.join("?")].filter((part) => part !== "").join("&")}`;
  };
  return { ...writer, target };
}

/**
 * Writes one parameter as OpenAPI's table of styles says (Parameter Object, "Style Values"; RFC 6570). Nothing to write,
 * such as an empty array in a query, is `""`. Throws `InvalidRequestError`.
 */
export function styleWriter(operation: string, parameter: ParameterToWrite): (value: unknown) => string {
  const { name, in: place, type, allowReserved } = parameter;
  const style = parameter.style ?? (place === "path" || place === "header" ? "simple" : "form");
  const explode = parameter.explode ?? style === "form";
  const named = style !== "simple" && style !== "label";
  const first = { label: ".", matrix: ";" }[style as string] ?? "";
  const between = { simple: ",", label: ".", matrix: ";" }[style as string] ?? (place === "cookie" ? "; " : "&");
  const inside = { spaceDelimited: "%20", pipeDelimited: "%7C" }[style as string] ?? ",";

  const write = (value: unknown) => {
    if (place === "header") return textOf(value);
    const text = encoded(operation, parameter, value);
    // An exploded label ends at a dot, which is no reserved character.
    return style === "label" ? text.replaceAll(".", "%2E") : text;
  };
  // What divides items where it stands as it is, or is encoded either way, would divide one of them.
  const divider =
    place === "header" ? "," : explode ? undefined : { spaceDelimited: " ", pipeDelimited: "|" }[style as string];
  const whole = (item: unknown) =>
    divider !== undefined && textOf(item).includes(divider)
      ? refuse(operation, escaped(name), `has "${divider}" in an item, which would divide it`, place)
      : item;
  const key = write(name);
  // In a path, a slash or question mark would lead elsewhere.
  const writeValue = (value: unknown, kept: RegExp) =>
    allowReserved && place !== "path" ? write(value).replace(kept, decodeURIComponent) : write(value);
  const assign = (text: string) => (text === "" && style === "matrix" ? key : `${key}=${text}`);
  const scalar = (value: unknown) => {
    const text = writeValue(value, RESERVED);
    return first + (named ? assign(text) : text);
  };

  return (value) => {
    if (type === "json") return scalar(place === "header" ? asciiJson(value) : JSON.stringify(value));
    if (!isThere(value)) return "";
    if (!isObject(value)) return scalar(value);
    const kept = explode || style === "deepObject" ? RESERVED : RESERVED_BUT_COMMA;
    const pairs = Array.isArray(value)
      ? value.filter(isThere).map((item) => [writeValue(whole(item), kept)])
      : membersOf(value).flatMap(([name, member]) =>
          isThere(member) ? [[write(whole(name)), writeValue(whole(member), kept)]] : [],
        );
    if (style === "deepObject" && !Array.isArray(value)) return pairs.map(([k, v]) => `${key}[${k}]=${v}`).join("&");
    if (pairs.length === 0 && (place === "query" || place === "cookie")) return "";
    if (!explode) {
      const text = pairs.flat().join(inside);
      return first + (named ? assign(text) : text);
    }
    return first + pairs.map(([k = "", v]) => (v === undefined ? (named ? assign(k) : k) : `${k}=${v}`)).join(between);
  };
}

/** JSON in characters that every header may have. */
function asciiJson(value: unknown): string {
  const coded = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[^ -~]/g, coded);
}

/** Reserved characters, encoded. "#" would end the query, "&" the parameter, and "+" reads as a space: those stay. */
const RESERVED = /%(3A|2F|3F|5B|5D|40|24|2C|3B|3D)/g;
/** Where commas divide items, those inside of one stay encoded. */
const RESERVED_BUT_COMMA = /%(3A|2F|3F|5B|5D|40|24|3B|3D)/g;
