/** The part of the WHATWG `WebSocket` that a channel uses. */
export interface WebSocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number;
  /** HTTP status of a refused upgrade, where the platform shows it. */
  readonly upgradeStatus?: number | undefined;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "message" | "close" | "error", listener: (event: SocketEvent) => void): void;
  removeEventListener(type: "open" | "message" | "close" | "error", listener: (event: SocketEvent) => void): void;
}

/** What a socket's events may hold: `data` of a message, `code` and `reason` of a close. */
export interface SocketEvent {
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
}

/** Opens a socket. `supportsHeaders: false` says that it cannot send headers, as in browsers. */
export interface WebSocketFactory {
  (url: string, init: WebSocketInit): WebSocketLike | Promise<WebSocketLike>;
  readonly supportsHeaders?: boolean;
}

export interface WebSocketInit {
  readonly headers: Record<string, string>;
  readonly protocols: string[];
}

/**
 * The platform's factory: `ws` when headers have to be sent or there is no global `WebSocket`, else the global one.
 * Throws when neither is there.
 */
export async function platformWebSocket(needsHeaders: boolean): Promise<WebSocketFactory> {
  const standard = globalThis.WebSocket === undefined ? undefined : standardWebSocket;
  if (standard !== undefined && !needsHeaders) return standard;
  const { nodeWebSocket } = await import("./node.js");
  const node = await nodeWebSocket().catch((error: unknown) => {
    if (standard === undefined) throw error;
    return undefined;
  });
  return node ?? standardWebSocket;
}

/** `globalThis.WebSocket`, which cannot send headers. */
export const standardWebSocket: WebSocketFactory = Object.assign(
  (url: string, { protocols }: WebSocketInit): WebSocketLike => new WebSocket(url, protocols) as WebSocketLike,
  { supportsHeaders: false },
);
