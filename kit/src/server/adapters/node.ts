import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { UniversalRequest } from "../request.js";
import type { UniversalResponse } from "../response.js";

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
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  outgoing.on("error", () => gone.abort());
  try {
    await write(outgoing, await server.handle(universalRequest(incoming, gone.signal, target)));
  } catch {
    outgoing.destroy(); // the head was already out, or no HTTP: nothing can be said any more
  }
  // What the client is still sending would block the next request of a kept connection.
  if (!incoming.readableEnded) incoming.resume();
}

/** A node request as the pipeline wants it. */
export function universalRequest(incoming: IncomingMessage, signal: AbortSignal, target: string): UniversalRequest {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    method: incoming.method ?? "GET",
    target: originForm(target),
    headers,
    body: hasBody(headers) ? chunksOf(incoming) : undefined,
    signal,
    ...(incoming.socket.remoteAddress === undefined ? {} : { remote: incoming.socket.remoteAddress }),
  };
}

/** A proxy may send the whole URL as target (RFC 9112, 3.2.2). */
function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const start = target.indexOf("://");
  const path = start < 0 ? -1 : target.indexOf("/", start + 3);
  return path < 0 ? "/" : target.slice(path);
}

function hasBody(headers: Readonly<Record<string, string>>): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** Leaving early must not destroy the socket: the refusal of an oversize body still has to be written to it. */
function chunksOf(incoming: IncomingMessage): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array> };
}

/** Writes a response, as fast as the client reads it. */
export async function write(outgoing: ServerResponse, { status, headers, body }: UniversalResponse): Promise<void> {
  if (outgoing.destroyed) {
    if (typeof body === "object" && !(body instanceof Uint8Array)) await close(body);
    return;
  }
  outgoing.writeHead(status, headers);
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    outgoing.end(body);
    return;
  }
  outgoing.flushHeaders();
  let written = Promise.resolve();
  try {
    for await (const chunk of body) {
      if (outgoing.destroyed) break;
      let more = true;
      written = new Promise((resolve) => {
        more = outgoing.write(chunk, () => resolve());
      });
      if (!more) await writable(outgoing);
    }
    outgoing.end();
  } catch {
    // Already logged. What came before the failure still goes out; then the cut connection tells the client
    // that the stream is not complete.
    await Promise.race([written, closed(outgoing)]);
    outgoing.destroy();
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

async function closed(outgoing: ServerResponse): Promise<void> {
  if (!outgoing.destroyed) await new Promise((resolve) => outgoing.once("close", resolve));
}

async function close(body: AsyncIterable<unknown>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}
