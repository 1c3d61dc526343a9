import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Frame } from "../session/listener.js";

/** A WebSocket by hand: it reads only when it is told to, and says goodbye only when it is told to. */
export class RawSocket {
  readonly events: Frame[] = [];
  /** The code of the close frame, once there is one. */
  closeCode: number | undefined;
  #bytes = Buffer.alloc(0);

  private constructor(readonly socket: Socket) {
    socket.on("error", () => undefined);
  }

  static async open(base: string, token: string): Promise<RawSocket> {
    const { hostname, port } = new URL(base);
    const socket = connect({ host: hostname, port: Number(port) });
    const raw = new RawSocket(socket);
    socket.write(
      `GET /connect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      const [chunk] = (await once(socket, "data")) as [Buffer];
      head += chunk.toString("latin1");
    }
    raw.#bytes = Buffer.from(head.slice(head.indexOf("\r\n\r\n") + 4), "latin1");
    socket.on("data", (chunk: Buffer) => raw.#take(chunk));
    raw.#take(Buffer.alloc(0));
    return raw;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Cut off in the middle, without a word. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (let frame = this.#frame(); frame; frame = this.#frame()) {
      if (frame.opcode === 1) this.events.push(JSON.parse(frame.payload.toString()) as Frame);
      if (frame.opcode === 8) this.closeCode = frame.payload.readUInt16BE(0);
    }
  }

  /** The next whole frame of the server, which masks nothing. */
  #frame(): { readonly opcode: number; readonly payload: Buffer } | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    const short = bytes.readUInt8(1);
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < start) return undefined;
    const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < start + size) return undefined;
    this.#bytes = bytes.subarray(start + size);
    return { opcode: bytes.readUInt8(0) & 0x0f, payload: bytes.subarray(start, start + size) };
  }
}
