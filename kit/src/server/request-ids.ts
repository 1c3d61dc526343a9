import { Buffer } from "node:buffer";

const RANDOM = 28;
const LENGTH = 36;
const ZERO = 0x30;
const NINE = 0x39;

const bytes = Buffer.from(crypto.randomUUID().slice(0, RANDOM) + "0".repeat(LENGTH - RANDOM), "latin1");

/**
 * A fresh UUID for a request: its first 28 characters are random, the last 8 count. It has to be unique and not
 * secret, and a random one would cost as much as the rest of the pipeline. Counting in bytes gives a flat string,
 * where a concatenated one would be flattened again and again on its way to the wire.
 */
export function requestId(): string {
  let at = LENGTH - 1;
  while (at >= RANDOM && bytes[at] === NINE) {
    bytes[at] = ZERO;
    at -= 1;
  }
  if (at >= RANDOM) bytes[at] = (bytes[at] ?? ZERO) + 1;
  else bytes.write(crypto.randomUUID().slice(0, RANDOM), "latin1");
  return bytes.toString("latin1");
}
