import { objectKey, valueLiteral } from "./escape.js";

/** A JavaScript expression that is already code, among values that are data. */
export class Code {
  constructor(readonly text: string) {}
}

const WIDTH = 120;

/**
 * A value as a readable JavaScript expression: on one line where it fits, else a member a line. Members
 * that are undefined are left out. Recursion is bounded by the depth of the value.
 */
export function printValue(value: unknown, indent = "", column = indent.length): string {
  if (!isCompound(value)) return value instanceof Code ? value.text : valueLiteral(value);
  const line = oneLine(value, WIDTH - column);
  if (line !== undefined) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${inner}${printValue(item, inner)},\n`).join("")}${indent}]`;
  }
  let text = "{\n";
  for (const key in value as object) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    const head = `${inner}${objectKey(key)}: `;
    text += `${head}${printValue(member, inner, head.length)},\n`;
  }
  return `${text}${indent}}`;
}

function isCompound(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Code);
}

/** The value on one line, or undefined where that takes more than `room` characters. */
function oneLine(value: unknown, room: number): string | undefined {
  if (!isCompound(value)) {
    const text = value instanceof Code ? value.text : valueLiteral(value);
    return text.length <= room ? text : undefined;
  }
  const list = Array.isArray(value) ? value : undefined;
  const [open, close] = list ? ["[", "]"] : ["{ ", " }"];
  let text = open;
  // Most values do not fit; so they are walked up to where that is known, and no list of members is made.
  for (const key in value as object) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined && !list) continue;
    if (text !== open) text += ", ";
    if (!list) text += `${objectKey(key)}: `;
    const inner = oneLine(member, room - text.length);
    if (inner === undefined) return undefined;
    text += inner;
  }
  if (text === open) return list ? "[]" : "{}";
  text += close;
  return text.length <= room ? text : undefined;
}
