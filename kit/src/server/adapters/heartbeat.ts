import type { WebSocket } from "ws";

/** Pings sockets, and cuts off those that leave a ping unanswered until the next. One timer for all of them. */
export class Heartbeat {
  readonly #sockets = new Set<WebSocket>();
  readonly #unanswered = new Set<WebSocket>();
  #timer: NodeJS.Timeout | undefined;

  /** @param interval milliseconds between pings */
  constructor(private readonly interval: number) {}

  add(socket: WebSocket): void {
    this.#sockets.add(socket);
    const unanswered = this.#unanswered;
    socket.on("pong", function answered() {
      unanswered.delete(this);
    });
    socket.once("close", () => this.#remove(socket));
    this.#timer ??= setInterval(() => this.#beat(), this.interval).unref();
  }

  #remove(socket: WebSocket): void {
    this.#sockets.delete(socket);
    this.#unanswered.delete(socket);
    if (this.#sockets.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    for (const socket of this.#sockets) {
      // While we read nothing, its answer could not reach us.
      if (socket.isPaused) continue;
      if (this.#unanswered.has(socket)) socket.terminate();
      else {
        this.#unanswered.add(socket);
        socket.ping();
      }
    }
  }
}
