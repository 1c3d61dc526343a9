import type { SocketEvent, WebSocketFactory, WebSocketLike } from "./socket.js";

/** Bytes a received message may have; `ws` would take 100 MiB. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** What this file needs of the package `ws`. */
interface WsPackage {
  readonly WebSocket: new (
    url: string,
    protocols: string[],
    options: { headers: Record<string, string>; maxPayload: number; perMessageDeflate: boolean },
  ) => WebSocketLike & { upgradeStatus?: number | undefined };
}

/** A factory on the package `ws`, which can send headers. Rejects when `ws` is not installed. */
export async function nodeWebSocket(): Promise<WebSocketFactory> {
  const { WebSocket } = await loadWs();
  return (url, { headers, protocols }) => {
    const socket = new WebSocket(url, protocols, {
      headers,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
    });
    socket.addEventListener("error", (event: SocketEvent & { readonly message?: string }) => {
      // The only place where `ws` tells the status of a refused upgrade without taking over the handshake.
      const status = /^Unexpected server response: (\d{3})/.exec(event.message ?? "")?.[1];
      if (status !== undefined) socket.upgradeStatus = Number(status);
    });
    return socket;
  };
}

async function loadWs(): Promise<WsPackage> {
  // In a variable, so that bundlers for browsers do not look for a package that is not theirs.
  const name = "ws";
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as WsPackage;
  } catch (cause) {
    throw new Error('channels need the package "ws" here (npm install ws), or the option `webSocket`', { cause });
  }
}
