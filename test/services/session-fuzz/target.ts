import { Agent as Pool, request } from "node:http";
import { connect } from "node:net";
import type { Input } from "./inputs.js";

/** What came back: all that somebody who guesses could compare. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly type: string | undefined;
}

const LONGEST_WAIT_MS = 20_000;

/** Asks over connections that are kept. */
export class Target {
  readonly #pool = new Pool({ keepAlive: true, maxSockets: 16 });

  constructor(private readonly base: string) {}

  /** @throws when the operator hangs up or gives no answer */
  ask({ method, path, headers, body }: Input, token: string, id: string): Promise<Reply> {
    const { hostname, port } = new URL(this.base);
    const bytes = Buffer.from(body ?? "");
    const more = { authorization: `Bearer ${token}`, "content-length": String(bytes.length) };
    const target = path.replace("{id}", id);
    return new Promise((resolve, reject) => {
      const options = {
        host: hostname,
        port,
        method,
        path: target,
        headers: { ...headers, ...more },
        agent: this.#pool,
      };
      const sent = request({ ...options, timeout: LONGEST_WAIT_MS }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
        response.on("end", () => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, text: Buffer.concat(chunks).toString(), type: headers["content-type"] });
        });
      });
      sent.on("upgrade", (_, socket) => {
        socket.destroy();
        reject(new Error(`${target} was upgraded`));
      });
      sent.on("timeout", () => sent.destroy(new Error(`${method} ${target} hangs`)));
      sent.on("error", reject);
      sent.end(bytes);
    });
  }

  close(): void {
    this.#pool.destroy();
  }
}

/** What comes back for these bytes, after which the client has nothing more to say. @throws when the connection hangs */
export function replyTo(base: string, ...parts: (string | Uint8Array)[]): Promise<Buffer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`${JSON.stringify(parts).slice(0, 200)} hangs`));
    }, LONGEST_WAIT_MS);
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    // It may be cut off while it still talks, which is an answer too.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    });
    for (const part of parts) socket.write(typeof part === "string" ? Buffer.from(part, "latin1") : part);
    socket.end();
  });
}
