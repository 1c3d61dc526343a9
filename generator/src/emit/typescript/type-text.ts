import type { Member, Shape } from "../../model/shape.js";
import type { TypeId } from "../../model/types.js";
import { docLines, stringLiteral, typeKey, valueLiteral } from "../../print/escape.js";

/** How names in a type are found. */
export interface TypeNames {
  /** The name of a type, imported if need be. */
  reference(id: TypeId): string;
  /** `Unrecognized` of the kit, imported. */
  unrecognized(): string;
}

const WIDTH = 110;

/** A shape as a TypeScript type expression. `indent` is that of the line it stands in. */
export function typeText(shape: Shape, names: TypeNames, indent = ""): string {
  switch (shape.kind) {
    case "any":
      return "unknown";
    case "never":
      return "never";
    case "primitive":
      return shape.type;
    case "literal":
      return literalType(shape.value);
    case "enum":
      return [...shape.values.map(literalType), ...(shape.open ? [names.unrecognized()] : [])].join(" | ");
    case "ref":
      return names.reference(shape.to);
    case "object":
      return objectType(shape.members, shape.rest, names, indent);
    case "array":
      return `${operand(shape.items, names, indent)}[]`;
    case "tuple":
      return tupleType(shape, names, indent);
    case "union":
      return unionType(shape.of, names, indent);
    case "intersection":
      return shape.of.map((member) => operand(member, names, indent)).join(" & ");
    case "binary":
      return "Blob | Uint8Array";
    case "unrecognized":
      return `{ ${typeKey(shape.discriminator)}: ${names.unrecognized()}; [member: string]: unknown }`;
  }
}

/** On a line, or where that is too long with a line for each. */
function unionType(of: readonly Shape[], names: TypeNames, indent: string): string {
  const one = (shape: Shape, room: string) =>
    shape.kind === "intersection" ? operand(shape, names, room) : typeText(shape, names, room);
  const inner = `${indent}  `;
  const texts = of.map((shape) => one(shape, inner));
  // What is longer even with two spaces more before each of its lines is not printed a second time.
  if (texts.reduce((length, text) => length + text.length, 0) <= 2 * WIDTH) {
    const line = (texts.some((text) => text.includes("\n")) ? of.map((shape) => one(shape, indent)) : texts).join(
      " | ",
    );
    if (indent.length + line.length <= WIDTH) return line;
  }
  return texts.map((text) => `\n${inner}| ${text}`).join("");
}

/** A type after `:` or `=`: with a space between, unless it starts on a line of its own. */
export function after(type: string): string {
  return type.startsWith("\n") ? type : ` ${type}`;
}

/** The type, in parentheses where `[]` or `&` would otherwise take only a part of it. */
function operand(shape: Shape, names: TypeNames, indent: string): string {
  const text = typeText(shape, names, indent);
  const loose =
    shape.kind === "union" ||
    shape.kind === "intersection" ||
    shape.kind === "binary" ||
    (shape.kind === "enum" && text.includes(" | "));
  return loose ? `(${text})` : text;
}

function tupleType(shape: Shape & { kind: "tuple" }, names: TypeNames, indent: string): string {
  const items = shape.items.map((item, index) =>
    index < shape.required ? typeText(item, names, indent) : `${operand(item, names, indent)}?`,
  );
  const rest = shape.rest ? [`...${operand(shape.rest, names, indent)}[]`] : [];
  return `[${[...items, ...rest].join(", ")}]`;
}

function objectType(members: readonly Member[], rest: Shape | undefined, names: TypeNames, indent: string): string {
  if (members.length === 0 && rest) {
    const type = typeText(rest, names, indent);
    // An alias may refer to itself through an index signature, but not through `Record`.
    return rest.kind === "any" || rest.kind === "primitive"
      ? `Record<string, ${type}>`
      : `{ [member: string]:${after(type)} }`;
  }
  if (members.length === 0) return "Record<string, never>";
  const inner = `${indent}  `;
  const lines = memberLines(members, rest, names, inner);
  if (!lines.some((line) => line.includes("\n") || line.includes("/**"))) {
    const short = `{ ${lines.map((line) => line.trim().replace(/;$/, "")).join("; ")} }`;
    if (short.length + indent.length <= WIDTH) return short;
  }
  return `{\n${lines.join("\n")}\n${indent}}`;
}

/** The members of an object type, a line each, docs above them. */
export function memberLines(
  members: readonly Member[],
  rest: Shape | undefined,
  names: TypeNames,
  indent: string,
): string[] {
  const types = members.map(({ shape }) => typeText(shape, names, indent));
  const lines = members.map((member, index) => {
    const optional = member.required ? "" : "?";
    return `${memberDoc(member, indent)}${indent}${typeKey(member.name)}${optional}:${after(types[index] ?? "")};`;
  });
  return rest ? [...lines, `${indent}[member: string]: ${restType(members, types, rest, names, indent)};`] : lines;
}

/** An index signature must allow every named member too, whose types are given as text. */
function restType(
  members: readonly Member[],
  memberTypes: readonly string[],
  rest: Shape,
  names: TypeNames,
  indent: string,
): string {
  if (isOpen(members, rest)) return "unknown";
  const types = [typeText(rest, names, indent), ...memberTypes].map((type) => type.replace(/^\n *\| /, ""));
  const optional = members.some(({ required }) => !required) ? ["undefined"] : [];
  return [...new Set([...types, ...optional])].join(" | ");
}

/** Index signatures that repeat members inside members they repeat would double the type on every level. */
const MOST_REPEATED = 3;

/** Whether an index signature allows anything, since the types of rest and members together cannot be said there. */
function isOpen(members: readonly Member[], rest: Shape): boolean {
  const open = ({ shape }: Member) => shape.kind === "any" || isIntersected(shape);
  if (rest.kind === "any" || members.some(open)) return true;
  const pending = members.map(({ shape }) => ({ shape, level: 1 }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { shape } = next;
    const repeats = shape.kind === "object" && shape.rest !== undefined && shape.members.length > 0;
    const level = repeats ? next.level + 1 : next.level;
    if (level > MOST_REPEATED) return true;
    for (const part of partsOf(shape)) pending.push({ shape: part, level });
  }
  return false;
}

function partsOf(shape: Shape): readonly Shape[] {
  switch (shape.kind) {
    case "object":
      return [...shape.members.map((member) => member.shape), ...(shape.rest ? [shape.rest] : [])];
    case "array":
      return [shape.items];
    case "tuple":
      return [...shape.items, ...(shape.rest ? [shape.rest] : [])];
    case "union":
    case "intersection":
      return shape.of;
    default:
      return [];
  }
}

/** TypeScript takes no copy of an intersection for the same type where index signatures are among its parts. */
function isIntersected(shape: Shape): boolean {
  return shape.kind === "intersection" || partsOf(shape).some(isIntersected);
}

export function memberDoc({ description, deprecated, defaultValue }: Member, indent: string): string {
  return docComment(memberDocLines(description, deprecated, defaultValue), indent);
}

export function memberDocLines(
  description: string | undefined,
  deprecated: boolean | undefined,
  defaultValue?: unknown,
): string[] {
  const lines = description === undefined ? [] : docLines(description);
  if (defaultValue !== undefined) lines.push(...docLines(`@default ${valueLiteral(defaultValue)}`));
  if (deprecated) lines.push("@deprecated");
  return lines;
}

/** A doc comment with its line break, or nothing where there is nothing to say. */
export function docComment(lines: readonly string[], indent: string): string {
  const [lone = ""] = lines;
  // Most comments are a line.
  if (lines.length === 1 && isSaying(lone) && lone.length + indent.length < WIDTH) return `${indent}/** ${lone} */\n`;
  const first = lines.findIndex(isSaying);
  if (first < 0) return "";
  const text = lines
    .slice(first, lines.findLastIndex(isSaying) + 1)
    .flatMap((line) => wrap(line, WIDTH + 7 - indent.length));
  const [only] = text;
  if (text.length === 1 && only !== undefined && only.length + indent.length < WIDTH)
    return `${indent}/** ${only} */\n`;
  return `${indent}/**\n${text.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}\n`).join("")}${indent} */\n`;
}

function isSaying(line: string): boolean {
  return line.trim() !== "";
}

/** Breaks a long line of prose between words; code and lists keep their indent on the first line only. */
function wrap(line: string, width: number): readonly string[] {
  if (line.length <= width) return [line];
  const lines: string[] = [];
  let start = line.search(/[^ ]|$/);
  while (line.length - start > width) {
    const last = line.lastIndexOf(" ", start + width);
    const end = last > start ? last : line.indexOf(" ", start + 1);
    if (end < 0) break;
    lines.push(line.slice(start, end));
    start = end + 1;
  }
  lines.push(line.slice(start));
  return lines;
}

function literalType(value: unknown): string {
  if (typeof value === "string") return stringLiteral(value);
  if (Array.isArray(value)) return `[${value.map(literalType).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${typeKey(key)}: ${literalType(member)}`);
    return members.length === 0 ? "Record<string, never>" : `{ ${members.join("; ")} }`;
  }
  return typeof value === "number" && !Number.isFinite(value) ? "number" : valueLiteral(value);
}
