import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { UniversalRequest } from "../request.js";
import type { UniversalResponse } from "../response.js";
import { NodeRequest } from "./node-request.js";

/** What the adapters need of a server. */
export interface Handler {
  handle(request: UniversalRequest): Promise<UniversalResponse>;
}

/** Puts a server on `node:http`: `createServer(toNode(server))`. */
export function toNode(server: Handler): RequestListener {
  return (incoming, outgoing) => void serve(server, incoming, outgoing);
}

/**
 * Answers one node request; settles when the response is written or the client is gone, and never rejects.
 * @param target path and query, where a framework has mounted the server below a prefix
 */
export async function serve(
  server: Handler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string = incoming.url ?? "/",
): Promise<void> {
  outgoing.on("error", ignore); // followed by `close`, which is what counts
  try {
    const written = write(outgoing, await server.handle(new NodeRequest(incoming, outgoing, target)));
    if (written) await written;
  } catch {
    outgoing.destroy(); // the head was already out, or no HTTP: nothing can be said any more
  }
  // What the client is still sending would block the next request of a kept connection.
  if (!incoming.readableEnded) incoming.resume();
}

/** Writes a response, a stream as fast as the client reads it. Only then is there something to wait for. */
export function write(
  outgoing: ServerResponse,
  { status, headers, body }: UniversalResponse,
): Promise<void> | undefined {
  const streaming = typeof body === "object" && !(body instanceof Uint8Array);
  if (outgoing.destroyed) {
    if (streaming) void body[Symbol.asyncIterator]().return?.();
    return undefined;
  }
  outgoing.writeHead(status, headers);
  if (streaming) return writeStream(outgoing, body);
  outgoing.end(body);
  return undefined;
}

async function writeStream(outgoing: ServerResponse, body: AsyncIterable<string | Uint8Array>): Promise<void> {
  outgoing.flushHeaders();
  try {
    for await (const chunk of body) {
      if (outgoing.destroyed) break;
      if (!outgoing.write(chunk)) await writable(outgoing);
    }
    outgoing.end();
  } catch {
    // Already logged. What came before the failure still goes out; then the cut connection tells the client
    // that the stream is not complete.
    outgoing.socket?.destroySoon();
  }
}

/** Resolves when the client has read enough, or is gone. */
async function writable(outgoing: ServerResponse): Promise<void> {
  if (outgoing.destroyed) return;
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

function ignore(): void {}
