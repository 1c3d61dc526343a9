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
  const line = oneLine(value);
  if (column + line.length <= WIDTH || !isCompound(value)) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${inner}${printValue(item, inner)},\n`).join("")}${indent}]`;
  }
  const members = definedMembers(value as object).map(([key, member]) => {
    const head = `${inner}${objectKey(key)}: `;
    return `${head}${printValue(member, inner, head.length)},\n`;
  });
  return `{\n${members.join("")}${indent}}`;
}

function isCompound(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Code);
}

function oneLine(value: unknown): string {
  if (value instanceof Code) return value.text;
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return valueLiteral(value);
  const members = definedMembers(value).map(([key, member]) => `${objectKey(key)}: ${oneLine(member)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function definedMembers(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== undefined);
}
