import { randomBytes } from "node:crypto";

/** Crockford's base 32: no letter that looks like a digit. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ID_BYTES = 26;

/** An id such as `sess_6V0…`: 26 random letters and digits (130 bits), so it can neither clash nor be guessed. */
export function newId(prefix: string): string {
  const letters = Array.from(randomBytes(ID_BYTES), (byte) => ALPHABET[byte % ALPHABET.length]);
  return `${prefix}_${letters.join("")}`;
}
