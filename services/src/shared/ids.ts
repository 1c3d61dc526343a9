import { randomFillSync } from "node:crypto";

/** Crockford's base 32: no letter that looks like a digit. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ID_BYTES = 26;

/** Random bytes for the next ids: asking for many at once is a fraction of the work. */
const pool = new Uint8Array(ID_BYTES * 128);
let used = pool.length;

/** An id such as `sess_6V0…`: 26 random letters and digits (130 bits), so it can neither clash nor be guessed. */
export function newId(prefix: string): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let id = `${prefix}_`;
  for (const end = used + ID_BYTES; used < end; used += 1) id += ALPHABET[(pool[used] ?? 0) % ALPHABET.length];
  return id;
}
