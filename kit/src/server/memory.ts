import { targetOf } from "./adapters/fetch.js";
import type { ChannelSocket } from "./channel.js";
import { MemorySocket } from "./memory-socket.js";
import type { UniversalRequest } from "./request.js";
import type { UniversalResponse } from "./response.js";
import type { AcceptedChannel } from "./upgrade.js";

/** What the pairing needs of a server. */
export interface MemoryServer {
  fetch(request: Request): Promise<Response>;
  upgrade(request: UniversalRequest): Promise<UniversalResponse | AcceptedChannel>;
}

/** A server as a client's transport: no port, no network, the same pipeline. */
export interface MemoryTransport {
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** The client's end of a socket. Headers may be sent, which browsers cannot. */
  readonly webSocket: (
    url: string,
    init?: { readonly headers?: Readonly<Record<string, string>>; readonly protocols?: readonly string[] },
  ) => MemorySocket;
}

/**
 * Pairs a client with a server in one process: `new RuntimeClient({ transport: inMemory(server) })`.
 * A refused upgrade ends the socket with an `error` and then `close` 1006, as over the network.
 */
export function inMemory(server: MemoryServer): MemoryTransport {
  return {
    fetch: (input, init) => server.fetch(new Request(input, init)),
    webSocket: (url, { headers = {}, protocols = [] } = {}) => {
      const client = new MemorySocket(url);
      void open(server, client, url, headers, protocols);
      return client;
    },
  };
}

async function open(
  server: MemoryServer,
  client: MemorySocket,
  url: string,
  headers: Readonly<Record<string, string>>,
  protocols: readonly string[],
): Promise<void> {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (protocols.length > 0) lower["sec-websocket-protocol"] = protocols.join(", ");
  const verdict = await server.upgrade({
    method: "GET",
    target: targetOf(url),
    headers: lower,
    signal: new AbortController().signal,
  });
  if (!("run" in verdict)) return client.refuse(verdict.status);
  const peer = new MemorySocket(url);
  if (!client.pair(peer, verdict.protocol ?? "")) return verdict.abandon();
  await verdict.run(channelSocket(peer));
}

/** The server's end as the channel wants it. */
function channelSocket(socket: MemorySocket): ChannelSocket {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    get closing() {
      return socket.readyState > 1;
    },
    send: ({ text }, written) => {
      socket.send(text);
      queueMicrotask(written);
    },
    close: (code, reason) => socket.close(code, reason),
    confirm: (received) => socket.mark(received),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    listen: ({ message, close }) => {
      socket.addEventListener("message", ({ data }) => message(typeof data === "string" ? data : undefined));
      socket.addEventListener("close", ({ code = 1006, reason = "" }) => close(code, reason));
    },
  };
}
