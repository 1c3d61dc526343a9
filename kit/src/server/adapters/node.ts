import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { UniversalRequest } from "../request.js";
import type { UniversalResponse } from "../response.js";
import { DirectRequest } from "./direct-request.js";
import { DirectResponse } from "./direct-response.js";
import { NodeRequest } from "./node-request.js";
import { writeStream } from "./node-stream.js";

/** What the adapters need of a server. */
export interface Handler {
  handle(request: UniversalRequest, respond: (response: UniversalResponse) => void): void;
}

/** Puts a server on `node:http`: `createServer(toNode(server))`. */
export function toNode(server: Handler): RequestListener {
  return (incoming, outgoing) => serve(server, incoming, outgoing);
}

/**
 * Answers one node request; never throws.
 * @param target path and query, where a framework has mounted the server below a prefix
 */
export function serve(
  server: Handler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string = incoming.url ?? "/",
): void {
  server.handle(new NodeRequest(incoming, outgoing, target), (response) => {
    write(outgoing, response);
    // What the client is still sending would block the next request of a kept connection.
    if (incoming instanceof DirectRequest) incoming.skip();
    else if (!incoming.readableEnded) incoming.resume();
  });
}

/** Writes a response, a stream as fast as the client reads it. */
export function write(outgoing: ServerResponse, { status, headers, body }: UniversalResponse): void {
  const streaming = typeof body === "object" && !(body instanceof Uint8Array);
  if (outgoing.destroyed) {
    if (streaming) void body[Symbol.asyncIterator]().return?.();
    return;
  }
  try {
    // As many bytes as characters: ASCII, which needs no encoding.
    const isAscii = typeof body === "string" && headers["content-length"] === String(body.length);
    if (isAscii && outgoing instanceof DirectResponse) {
      outgoing.answer(status, headers, body);
      return;
    }
    outgoing.on("error", ignore); // followed by `close`, which is what counts
    outgoing.writeHead(status, headers);
    if (streaming) void writeStream(outgoing, body);
    else if (isAscii) outgoing.end(body, "latin1");
    else outgoing.end(body);
  } catch {
    outgoing.destroy(); // the head was already out, or no HTTP: nothing can be said any more
  }
}

function ignore(): void {}
