/**
 * Text from a contract on its way into code. One function per target position: no other code may put
 * contract text into a generated file.
 */

/** A JavaScript string literal, quotes included. What would end a line or turn the order of letters is written in digits. */
export function stringLiteral(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(/[\u2028-\u202e\u2066-\u2069\u061c\u200e\u200f\u007f-\u009f]/g, unicodeEscape);
}

/** An object key: bare when it is an identifier, else a string literal. `__proto__` is computed, to stay an own member. */
export function objectKey(name: string): string {
  if (name === "__proto__") return '["__proto__"]';
  return isIdentifier(name) ? name : stringLiteral(name);
}

/** A member name in a type. */
export function typeKey(name: string): string {
  return isIdentifier(name) ? name : stringLiteral(name);
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name);
}

/** Lines for inside a doc comment: no line can end the comment, and none starts a tag the author did not mean. */
export function docLines(text: string): string[] {
  // Most texts are one line of plain letters.
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("*/")) return [text.trimEnd()];
  return text
    .replaceAll("*/", "*\\/")
    .replace(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069\u061c\u200e\u200f]/gu, " ")
    .split(/\n|\u2028|\u2029/)
    .map((line) => line.trimEnd());
}

/** A value as a JavaScript expression on one line. */
export function valueLiteral(value: unknown): string {
  if (typeof value === "string") return stringLiteral(value);
  if (Array.isArray(value)) return `[${value.map(valueLiteral).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${objectKey(key)}: ${valueLiteral(member)}`);
    return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  }
  return Object.is(value, -0) ? "0" : String(value);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Text between the backticks of a template literal. */
export function templateText(text: string): string {
  return text.replace(
    /[\\`\r\n\u2028-\u202e\u2066-\u2069\u061c\u200e\u200f\u007f-\u009f]|[^\x20-\u{10ffff}]|\$\{/gu,
    (found) => (found.length === 1 && found !== "`" && found !== "\\" ? unicodeEscape(found) : `\\${found}`),
  );
}
