import { pointerParts } from "../read/pointer.js";

/** Pointers that are looked for, by their steps. */
export interface Wanted {
  readonly steps: Map<string, Wanted>;
  pointer?: string;
}

export function wantedOf(pointers: Iterable<string>): Wanted {
  const root: Wanted = { steps: new Map() };
  for (const pointer of pointers) {
    let node = root;
    for (const step of pointerParts(pointer)) {
      const next = node.steps.get(step) ?? { steps: new Map() };
      node.steps.set(step, next);
      node = next;
    }
    node.pointer = pointer;
  }
  return root;
}

/**
 * Where values stand in a JSON text, by their pointers: one pass over the text, however many are asked for. The text
 * must have been parsed before. A pointer that leads nowhere is left out.
 */
export function jsonOffsets(text: string, pointers: Iterable<string>): Map<string, number> {
  const found = new Map<string, number>();
  const distinct = new Set(pointers);
  let missing = distinct.size;
  const open: { wanted: Wanted; index: number }[] = [];
  let wanted: Wanted | undefined = wantedOf(distinct);
  let at = 0;
  while (at < text.length && missing > 0) {
    const code = text.charCodeAt(at);
    const inside = open.at(-1);
    if (code <= 32 || code === COMMA || code === COLON) {
      if (code === COMMA && inside && inside.index >= 0) wanted = inside.wanted.steps.get(String(++inside.index));
      at++;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      open.pop();
      at++;
    } else if (code === QUOTE && inside && inside.index === KEY) {
      const end = stringEnd(text, at);
      wanted = inside.wanted.steps.get(JSON.parse(text.slice(at, end)) as string);
      inside.index = VALUE;
      at = end;
    } else {
      if (wanted?.pointer !== undefined && !found.has(wanted.pointer)) {
        found.set(wanted.pointer, at);
        missing--;
      }
      if (inside && inside.index === VALUE) inside.index = KEY;
      if (wanted === undefined) {
        // Nothing inside is looked for.
        at = valueEnd(text, at);
      } else if (code === OPEN_OBJECT) {
        open.push({ wanted, index: KEY });
        at++;
      } else if (code === OPEN_ARRAY) {
        open.push({ wanted, index: 0 });
        wanted = wanted.steps.get("0");
        at++;
      } else at = code === QUOTE ? stringEnd(text, at) : wordEnd(text, at);
    }
  }
  return found;
}

const [QUOTE, COMMA, COLON] = [34, 44, 58];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [123, 125, 91, 93];
/** In an object, the index says what comes next; in an array it counts. */
const [KEY, VALUE] = [-1, -2];

function stringEnd(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  for (; at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

/** Where a value ends that starts at an offset. */
export function valueEnd(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const code = text.charCodeAt(at);
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++;
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth--;
    at = code === QUOTE ? stringEnd(text, at) : at + 1;
  } while (depth > 0 && at < text.length);
  return depth === 0 && isScalarStart(text.charCodeAt(start)) ? wordEnd(text, start) : at;
}

function isScalarStart(code: number): boolean {
  return code !== OPEN_OBJECT && code !== OPEN_ARRAY && code !== QUOTE;
}

function wordEnd(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code === COMMA || code === CLOSE_OBJECT || code === CLOSE_ARRAY) break;
  }
  return at;
}
