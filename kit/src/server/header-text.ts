import type { ParameterType, ResponseHeader } from "../operation.js";
import { own } from "./members.js";
import { scalarOf } from "./parameter-styles.js";

/**
 * The text of a header that the contract declares (style `simple`): items and members divided by commas, and JSON where
 * the header's content is. Throws an `Error` that says why the value is none of its type, or has no such text.
 */
export function declaredText(value: unknown, row: ResponseHeader): string {
  const { type, items = "string", explode } = row;
  if (type === "json") return asciiJson(value);
  if (type === "array") {
    const list = Array.isArray(value) ? value : typeof value === "string" ? split(value) : [value];
    return list.map((item) => divided(textOf(item, items, `a list of ${items}`))).join(", ");
  }
  if (type !== "object" || !isObject(value)) return textOf(value, type, type);
  return Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null)
    .map(([name, member]) => {
      const kind = (own(row.members, name) as ParameterType | undefined) ?? items;
      const text = divided(textOf(member, kind, `an object whose ${name} is ${kind}`));
      if (/[,=]/.test(name)) throw new Error(`has a member ${name}, which no header can name`);
      return `${name}${explode ? "=" : ","}${text}`;
    })
    .join(",");
}

function split(text: string): string[] {
  return text === "" ? [] : text.split(",").map((item) => item.trim());
}

/** A text that stands between commas. */
function divided(text: string): string {
  if (text.includes(",")) throw new Error(`has ${JSON.stringify(text)} in it, whose comma would divide it`);
  return text;
}

function textOf(value: unknown, type: ParameterType, wanted: string): string {
  const text = isObject(value) ? asciiJson(value) : String(value);
  const read = scalarOf(text, type);
  const fits =
    type === "integer" ? Number.isInteger(read) : type === "number" || type === "boolean" ? typeof read === type : true;
  if (!fits) throw new Error(`must be ${wanted}`);
  return text;
}

/** JSON whose characters every header may have. */
function asciiJson(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  return text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
