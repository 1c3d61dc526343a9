/** A message as text, on its way to one peer or to many. */
export class TextFrame {
  #encoded: Uint8Array | undefined;

  constructor(
    readonly text: string,
    /** Does it go to many, so that it is worth encoding it only once? */
    readonly isShared: boolean,
  ) {}

  /** The WebSocket frame of a server, header and all (RFC 6455, 5.2): final, text, unmasked. */
  get encoded(): Uint8Array {
    this.#encoded ??= encode(this.text);
    return this.#encoded;
  }
}

const FINAL_TEXT = 0x81;
/** Lengths above these are in 2 bytes, and in 8. */
const LONGEST_SHORT = 125;
const LONGEST_MEDIUM = 0xffff;

function encode(text: string): Uint8Array {
  const payload = new TextEncoder().encode(text);
  const { length } = payload;
  const headLength = length <= LONGEST_SHORT ? 2 : length <= LONGEST_MEDIUM ? 4 : 10;
  const frame = new Uint8Array(headLength + length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, FINAL_TEXT);
  if (headLength === 2) view.setUint8(1, length);
  else if (headLength === 4) {
    view.setUint8(1, 126);
    view.setUint16(2, length);
  } else {
    view.setUint8(1, 127);
    view.setBigUint64(2, BigInt(length));
  }
  frame.set(payload, headLength);
  return frame;
}
