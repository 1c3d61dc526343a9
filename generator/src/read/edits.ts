import { isDeepStrictEqual } from "node:util";
import { jsonOffsets, valueEnd } from "../diagnostics/json-offsets.js";
import { objectMember } from "./json.js";
import { pointerTo, valueAt } from "./pointer.js";

/** A value of a document that was replaced, and where it stands. */
export interface Edit {
  readonly pointer: string;
  readonly value: unknown;
}

interface Range {
  readonly pointer: string;
  start: number;
  end: number;
}

const CHUNK = 65_536;

/**
 * The bytes of a JSON contract, and where its schemas stand in them: an edit inside one schema is found by comparing
 * bytes, and only that schema is parsed again.
 */
export class JsonText {
  private readonly ranges: Range[];

  constructor(
    private bytes: Buffer,
    root: unknown,
  ) {
    const home = pointerTo("", "components", "schemas");
    const schemas = objectMember(objectMember(root, "components"), "schemas") ?? {};
    const pointers = Object.keys(schemas).map((name) => pointerTo(home, name));
    // One character a byte. Names beyond ASCII are not found that way, and are left to a whole reading.
    const text = bytes.toString("latin1");
    this.ranges = [...jsonOffsets(text, pointers)]
      .map(([pointer, start]) => ({ pointer, start, end: valueEnd(text, start) }))
      .sort((a, b) => a.start - b.start);
  }

  /** Whether these are the bytes that are known. */
  holds(bytes: Buffer): boolean {
    return this.bytes.equals(bytes);
  }

  /** What was edited, where that is inside one schema of `root` and leaves it JSON; undefined for all else. */
  edit(next: Buffer, root: unknown): Edit | undefined {
    const before = this.bytes;
    const from = commonStart(before, next);
    const behind = commonEnd(before, next, Math.min(before.length, next.length) - from);
    const [oldEnd, delta] = [before.length - behind, next.length - before.length];
    const range = this.ranges.find(({ start, end }) => start < from && oldEnd < end);
    if (!range) return undefined;
    const { pointer, start, end } = range;
    try {
      // Of members with one name the last counts; a range of another is not what it seems.
      if (!isDeepStrictEqual(JSON.parse(before.toString("utf8", start, end)), valueAt(root, pointer))) return undefined;
      const value: unknown = JSON.parse(next.toString("utf8", start, end + delta));
      this.bytes = next;
      for (const one of this.ranges) {
        if (one.start > start) one.start += delta;
        if (one.end >= end) one.end += delta;
      }
      return { pointer, value };
    } catch {
      return undefined;
    }
  }
}

/** How many bytes two buffers have in common at their start. */
function commonStart(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at + CHUNK <= length && a.compare(b, at, at + CHUNK, at, at + CHUNK) === 0) at += CHUNK;
  while (at < length && a[at] === b[at]) at++;
  return at;
}

/** How many bytes two buffers have in common at their end, up to a limit. */
function commonEnd(a: Buffer, b: Buffer, limit: number): number {
  let count = 0;
  const same = (size: number) =>
    a.compare(b, b.length - count - size, b.length - count, a.length - count - size, a.length - count) === 0;
  while (count + CHUNK <= limit && same(CHUNK)) count += CHUNK;
  while (count < limit && a[a.length - 1 - count] === b[b.length - 1 - count]) count++;
  return count;
}

/** The root with one value replaced. Everything beside the way to it stays the very same object. */
export function replaceAt(root: unknown, steps: readonly string[], value: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (Array.isArray(root))
    return root.map((item, index) => (String(index) === step ? replaceAt(item, rest, value) : item));
  const object = root as Readonly<Record<string, unknown>>;
  return { ...object, [step]: replaceAt(object[step], rest, value) };
}
