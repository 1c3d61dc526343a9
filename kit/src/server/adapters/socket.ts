import { type IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { ChannelOptions, ChannelSocket } from "../channel.js";
import type { UniversalRequest } from "../request.js";
import type { UniversalResponse } from "../response.js";
import type { TextFrame } from "../text-frame.js";
import type { AcceptedChannel } from "../upgrade.js";
import { Gatherer, type Held } from "./gatherer.js";
import { Heartbeat } from "./heartbeat.js";
import { type Handler, serve, write } from "./node.js";
import { NodeRequest } from "./node-request.js";

const DEFAULT_MAX_PAYLOAD = 1024 * 1024;
const DEFAULT_PING_INTERVAL_MS = 30_000;

/** What sockets need of a server. */
export interface UpgradeHandler extends Handler {
  upgrade(request: UniversalRequest): Promise<UniversalResponse | AcceptedChannel>;
  readonly channelOptions: ChannelOptions;
}

/**
 * Carries a server's channels over a node HTTP server: `http.on("upgrade", new SocketHost(server).upgrade)`.
 * A refused upgrade is a real HTTP response, with the protocol's own error body.
 */
export class SocketHost {
  readonly #sockets: WebSocketServer;
  readonly #protocols = new WeakMap<IncomingMessage, string>();
  readonly #heartbeat: Heartbeat;
  readonly #gatherer: Gatherer;

  constructor(private readonly server: UpgradeHandler) {
    const { pingInterval, maxPayload, gather } = server.channelOptions;
    this.#gatherer = new Gatherer(gather ?? 0);
    this.#heartbeat = new Heartbeat(pingInterval ?? DEFAULT_PING_INTERVAL_MS);
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: maxPayload ?? DEFAULT_MAX_PAYLOAD,
      perMessageDeflate: false,
      handleProtocols: (_, request) => this.#protocols.get(request) ?? false,
    });
  }

  /** A listener for the `upgrade` event. */
  readonly upgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
    void this.accept(incoming, socket, head, incoming.url ?? "/").catch(() => socket.destroy());
  };

  /** Like `upgrade`, for a server that is mounted below a prefix: `target` is what comes after it. */
  async accept(incoming: IncomingMessage, socket: Duplex, head: Buffer, target: string): Promise<void> {
    // Whoever is gone has a socket that is destroyed.
    socket.on("error", ignore);
    // Node sends every `Upgrade` here; one that is not ours (RFC 9110, 7.8) is ignored and answered as usual.
    if (incoming.headers.upgrade?.toLowerCase() !== "websocket") {
      serve(this.server, incoming, rawResponse(incoming, socket), target);
      return;
    }
    const verdict = await this.server.upgrade(new NodeRequest(incoming, socket, target));
    if (!("run" in verdict)) {
      write(rawResponse(incoming, socket), verdict);
      return;
    }
    if (verdict.protocol !== undefined) this.#protocols.set(incoming, verdict.protocol);
    let open = false;
    if (!socket.destroyed) {
      this.#sockets.handleUpgrade(incoming, socket, head, (webSocket) => {
        open = true;
        this.#heartbeat.add(webSocket);
        void verdict.run(new NodeChannelSocket(webSocket, socket, this.#gatherer));
      });
    }
    if (!open) verdict.abandon();
  }

  /** Cuts every connection that is still open. */
  terminate(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }
}

/** A response on a socket that node has handed over; the connection ends with it. */
function rawResponse(incoming: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(incoming);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]);
  response.once("finish", () => socket.end());
  return response;
}

/** A `ws` socket as channels see it. */
class NodeChannelSocket implements ChannelSocket, Held {
  #gathering = false;
  /** When it last wrote, in milliseconds. */
  #flushedAt = Number.NEGATIVE_INFINITY;
  /** How many times it was asked whether everything has been received, and what has to be called when it has. */
  #confirms = 0;
  #confirming: Map<number, () => void> | undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly connection: Duplex,
    private readonly gatherer: Gatherer,
  ) {
    socket.on("error", ignore); // always followed by `close`
  }

  get bufferedAmount(): number {
    return this.socket.bufferedAmount;
  }

  get closing(): boolean {
    // The connection is gone a while before `ws` hears of it, and a method that only sends would never let it hear.
    return this.socket.readyState !== this.socket.OPEN || this.connection.destroyed;
  }

  /**
   * What is sent within one turn of the event loop leaves in one write, as with `node:http`; of a socket that has only
   * just written, what is sent within the delay.
   */
  send(frame: TextFrame, written: () => void): void {
    if (!this.#gathering) {
      this.#gathering = true;
      this.connection.cork();
      const isQuiet = performance.now() - this.#flushedAt >= this.gatherer.delay;
      if (isQuiet) this.gatherer.afterTurn(this);
      else this.gatherer.afterDelay(this);
    }
    // `ws` would encode it for each peer. Without compression it writes at once, so nothing is overtaken.
    if (frame.isShared) this.connection.write(frame.encoded, written);
    else this.socket.send(frame.text, written);
  }

  /**
   * A pong may stand for several pings, and may come unasked, with whatever is in it (RFC 6455, 5.5.3); those of the
   * heartbeat are empty.
   */
  readonly #confirmed = (payload: Buffer): void => {
    const confirming = this.#confirming ?? new Map<number, () => void>();
    const confirmed = Number(/^received (\d+)$/.exec(payload.toString())?.[1] ?? 0);
    for (const [number, received] of confirming) {
      if (number > confirmed) break;
      confirming.delete(number);
      received();
    }
    if (confirming.size > 0) return;
    this.#confirming = undefined;
    this.socket.off("pong", this.#confirmed);
  };

  flush(): void {
    this.#gathering = false;
    this.#flushedAt = performance.now();
    this.connection.uncork();
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  confirm(received: () => void): void {
    if (!this.#confirming) {
      this.#confirming = new Map();
      this.socket.on("pong", this.#confirmed);
    }
    this.#confirms += 1;
    this.#confirming.set(this.#confirms, received);
    this.socket.ping(`received ${this.#confirms}`);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  listen({ message, close }: Parameters<ChannelSocket["listen"]>[0]): void {
    this.socket.on("message", (data, isBinary) => message(isBinary ? undefined : data.toString()));
    this.socket.on("close", (code, reason) => close(code, reason.toString()));
  }
}

function ignore(): void {}
