import { createHash } from "node:crypto";

const SAFE = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const MAX_LENGTH = 128;
const HASH_LENGTH = 8;

/**
 * A name of letters, digits, `_`, `.` and `-` only, at most 128 of them with its prefix. One that is none keeps what it
 * can and gets a hash of the whole, so that the new name depends on the old one alone, and no two are turned into one.
 */
export function safeName(name: string, prefix = ""): string {
  if (SAFE.test(name) && prefix.length + name.length <= MAX_LENGTH) return `${prefix}${name}`;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_LENGTH);
  const room = MAX_LENGTH - prefix.length - HASH_LENGTH - 1;
  return `${prefix}${name.replaceAll(/[^A-Za-z0-9_.-]+/g, "_").slice(0, room)}-${hash}`;
}
