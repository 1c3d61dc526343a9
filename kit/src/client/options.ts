import type { Auth } from "./auth.js";
import type { WebSocketFactory } from "./channel/socket.js";
import type { Send } from "./part.js";
import type { ServerChoice } from "./servers.js";

/** Wraps every attempt of every call: change the request, answer by itself, or look at the response. */
export type Middleware = (request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>;

/** Which directions are checked against the contract; both by default. */
export type Validation = boolean | { readonly requests?: boolean; readonly responses?: boolean };

/** Headers by name; members that are `undefined` are skipped. */
export type HeaderValues = Readonly<Record<string, string | undefined>>;

/** How requests and sockets leave: the network by default, or a server in the same process. */
export interface ClientTransport {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Sends without the objects of `fetch`, where a transport can; middleware still goes through `fetch`. */
  readonly send?: Send | undefined;
  readonly webSocket?: WebSocketFactory | undefined;
}

/** What a client is made with. */
export interface ClientOptions<Server = ServerChoice> {
  /**
   * Where the service is, such as `https://runtime.example/base`; a path prefix is kept, a trailing slash is not.
   * Default: the contract's first server where that is absolute, else `http://localhost`, which only makes sense with
   * `transport` or `fetch`.
   */
  readonly baseUrl?: string | undefined;
  /** One of the contract's servers, with its variables, instead of a `baseUrl`. */
  readonly server?: Server | undefined;
  /** Credentials, for every scheme or by the scheme's name in the contract. Public operations never get them. */
  readonly auth?: Auth | undefined;
  /** Default: `globalThis.fetch`. */
  readonly fetch?: ClientTransport["fetch"] | undefined;
  /** Default: `ws` in Node where it is installed and needed, else `globalThis.WebSocket`. */
  readonly webSocket?: WebSocketFactory | undefined;
  /** Both of the above at once, such as `inMemory(server)` of the server kit. */
  readonly transport?: ClientTransport | undefined;
  /** Sent with every request. */
  readonly headers?: HeaderValues | undefined;
  /** Sent as `User-Agent` where the platform allows it. */
  readonly userAgent?: string | undefined;
  /** Milliseconds an attempt may take, its body included; for streams until the headers. Default 30,000; 0 is no limit. */
  readonly timeoutMs?: number | undefined;
  /** How often a call that is safe to repeat is sent again. Default 2. */
  readonly retries?: number | undefined;
  /** The first is the outermost. */
  readonly middleware?: readonly Middleware[] | undefined;
  readonly validate?: Validation | undefined;
  /** Bytes a response body may have. Default 64 MiB. */
  readonly maxResponseBytes?: number | undefined;
}

/** What one call may change. */
export interface CallOptions {
  /** Aborts the call, whatever it is doing; it then throws `AbortedError`. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retries?: number | undefined;
  readonly headers?: HeaderValues | undefined;
  /** The media type to ask for, one of the contract's. Default: all of the operation's. */
  readonly accept?: string | undefined;
  /** The media type to send the body as, one of the contract's. Default: the first. */
  readonly contentType?: string | undefined;
  readonly validate?: Validation | undefined;
}

/** What one stream may change. `retries` counts reconnects in a row without a new item; default 5. */
export interface StreamOptions extends CallOptions {
  /**
   * Milliseconds of silence after which the connection counts as lost; comments and empty lines are life.
   * Default: three times the contract's heartbeat, else none; 0 is none.
   */
  readonly idleTimeoutMs?: number | undefined;
  /** Bytes one item may have. Default 16 MiB; more throws `StreamLimitError`. */
  readonly maxItemBytes?: number | undefined;
  /** The position to start after, as if the stream were resumed there. */
  readonly after?: string | undefined;
  /** The range of the first wait before a reconnect, in milliseconds; it doubles each time, up to 30 s. Default 1,000. */
  readonly backoffMs?: number | undefined;
}

/** A received frame that is no message of the contract. It was dropped. */
export interface InvalidMessage {
  /** The frame's text, or its bytes. */
  readonly data: unknown;
  /** Why: a sentence for people. */
  readonly reason: string;
}

/** How a connection of a channel ended. */
export interface Disconnect {
  /** WebSocket close code; 1006 when the connection just broke. */
  readonly code: number;
  readonly reason: string;
  /** Milliseconds until the next try; `undefined` when the channel is over. */
  readonly retryInMs: number | undefined;
}

/** What one channel may change. */
export interface ChannelOptions {
  /** Closes the channel; iteration then throws `AbortedError`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to open the socket. Default 30,000; 0 is no limit. */
  readonly timeoutMs?: number | undefined;
  readonly headers?: HeaderValues | undefined;
  readonly validate?: Validation | undefined;
  /** Failed connects in a row before the channel gives up. Default: 5 before it was ever open, then without limit. */
  readonly retries?: number | undefined;
  /** The range of the first wait before a reconnect, in milliseconds; it doubles each time. Default 1,000. */
  readonly backoffMs?: number | undefined;
  /** The longest wait before a reconnect, in milliseconds. Default 30,000. */
  readonly maxBackoffMs?: number | undefined;
  /** Milliseconds after which a connection counts as stable and the wait starts small again. Default 60,000. */
  readonly stableMs?: number | undefined;
  /** Messages kept for a reader that is slow. Default 10,000; one more ends the channel with `ChannelOverflowError`. */
  readonly bufferSize?: number | undefined;
  /** The socket is open again after it was lost. */
  readonly onReconnect?: (() => void) | undefined;
  readonly onDisconnect?: ((disconnect: Disconnect) => void) | undefined;
  readonly onInvalid?: ((message: InvalidMessage) => void) | undefined;
}
