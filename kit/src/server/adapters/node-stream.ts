import type { ServerResponse } from "node:http";

/** Characters that are worth a write of their own. */
const ENOUGH = 16 * 1024;

/** Writes a body as its chunks come, and asks for them as fast as the client reads. Never rejects. */
export async function writeStream(outgoing: ServerResponse, body: AsyncIterable<string | Uint8Array>): Promise<void> {
  const writer = new Writer(outgoing);
  outgoing.flushHeaders();
  try {
    for await (const chunk of body) {
      if (outgoing.destroyed) return;
      writer.write(chunk);
      if (outgoing.writableNeedDrain) await writable(outgoing);
    }
    writer.flush();
    outgoing.end();
  } catch {
    // Already logged. What came before the failure still goes out; then the cut connection tells the client
    // that the stream is not complete.
    writer.flush();
    outgoing.socket?.destroySoon();
  }
}

/**
 * Joins what is written within one tick. Node itself holds it back for as long, but as four writes a chunk, which is
 * more work than all the rest.
 */
class Writer {
  #text = "";

  constructor(private readonly outgoing: ServerResponse) {}

  write(chunk: string | Uint8Array): void {
    if (typeof chunk !== "string") {
      this.flush();
      this.outgoing.write(chunk);
      return;
    }
    if (this.#text === "") process.nextTick(this.flush);
    this.#text += chunk;
    if (this.#text.length >= ENOUGH) this.flush();
  }

  readonly flush = (): void => {
    const text = this.#text;
    this.#text = "";
    if (text !== "" && !this.outgoing.destroyed) this.outgoing.write(text);
  };
}

/** Resolves when the client has read enough, or is gone. */
async function writable(outgoing: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
  });
}
