import { IncomingMessage } from "node:http";

/** Takes the bytes of a body as they arrive. */
export interface BodyTaker {
  add(chunk: Uint8Array): void;
  end(): void;
  /** The body has ended too early; nothing else will be called. */
  cut(): void;
}

const NOBODY: BodyTaker = { add: nothing, end: nothing, cut: nothing };

/**
 * A request whose body goes from node's parser straight to who takes it. As a stream, every body costs a dozen ticks and
 * listeners, which is more than all else that a small request needs. For whoever reads it as a stream it still is one.
 */
export class DirectRequest extends IncomingMessage {
  #taker: BodyTaker | undefined;
  #isOver = false;
  /** Has any of the body gone into the stream? */
  #isStream = false;

  static {
    const { get = nothing } =
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(IncomingMessage.prototype), "readableEnded") ?? {};
    // Node lets go of a request only when this is so. Its types do not know that it can be overridden.
    Object.defineProperty(DirectRequest.prototype, "readableEnded", {
      get(this: DirectRequest) {
        return this.#isOver || get.call(this);
      },
    });
  }

  /** Has the body brought to a taker. False when it is on its way as a stream, and has to be read as one. */
  bringTo(taker: BodyTaker): boolean {
    if (this.#isStream || this.#taker) return false;
    this.#taker = taker;
    return true;
  }

  /** Lets the rest of the body go by, so that the next request of the connection can come. */
  skip(): void {
    if (!this.bringTo(NOBODY) && !this.readableEnded) this.resume();
  }

  override push(chunk: Uint8Array | null, encoding?: BufferEncoding): boolean {
    const taker = this.#taker;
    if (!taker) {
      this.#isStream = true;
      return super.push(chunk, encoding);
    }
    if (chunk) taker.add(chunk);
    else {
      this.#isOver = true;
      this.#taker = NOBODY;
      taker.end();
    }
    return true;
  }

  override _read(size: number): void {
    this.#isStream = true;
    super._read(size);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const taker = this.#taker;
    if (taker) this.#taker = NOBODY;
    super._destroy(error, (failure) => {
      callback(failure);
      taker?.cut();
    });
  }

  /** Node calls it on every request that nobody has read as a stream. */
  override resume(): this {
    return this.#taker ? this : super.resume();
  }
}

function nothing(): void {}
