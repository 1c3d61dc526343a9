import { Problem } from "./problem.js";

/**
 * Reads JSON text that may come from anyone.
 * @throws Problem `malformed_body` when it is no JSON, or nested deeper than `depth`. The text is not quoted.
 */
export function parseJson(text: string, depth: number): unknown {
  if (deeperThan(text, depth)) throw new Problem("malformed_body", `The JSON is nested deeper than ${depth} levels.`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const position = positionOf(error);
    const where = position === undefined ? "" : ` at position ${position}`;
    throw new Problem("malformed_body", `The body is not valid JSON${where}.`, {
      ...(position === undefined ? {} : { details: { position } }),
    });
  }
}

/**
 * Does JSON text nest deeper than `limit`? Validators, and whatever else walks the value, may recurse, so
 * the text is measured first, in one pass and without recursion.
 */
export function deeperThan(text: string, limit: number): boolean {
  if (!hasMoreThan(limit, text)) return false;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case 0x22: // a string: skip to its end
        index = endOfString(text, index + 1);
        break;
      case 0x5b:
      case 0x7b:
        depth += 1;
        if (depth > limit) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth -= 1;
        break;
    }
  }
  return false;
}

/** Can the text open more than `limit` arrays and objects? Two searches answer that for nearly all, much faster. */
function hasMoreThan(limit: number, text: string): boolean {
  return text.length > limit && count(text, "{", limit) + count(text, "[", limit) > limit;
}

/** How often a character occurs; it stops counting above the limit. */
function count(text: string, character: string, limit: number): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0 && found <= limit; at = text.indexOf(character, at + 1)) found += 1;
  return found;
}

function endOfString(text: string, start: number): number {
  let index = start;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === 0x22) return index;
    index += code === 0x5c ? 2 : 1;
  }
  return index;
}

/** V8 names the position in its message, when it does; the rest of the message quotes the input. */
function positionOf(error: unknown): number | undefined {
  const found = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}
