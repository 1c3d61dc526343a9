import type { WebSocket } from "ws";

/** Pings sockets, and cuts off those that leave a ping unanswered until the next. One timer for all of them. */
export class Heartbeat {
  readonly #sockets = new Set<WebSocket>();
  readonly #unanswered = new Set<WebSocket>();
  readonly #answered: (this: WebSocket) => void;
  readonly #closed: (this: WebSocket) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param interval milliseconds between pings */
  constructor(private readonly interval: number) {
    const remove = (socket: WebSocket): void => this.#remove(socket);
    const unanswered = this.#unanswered;
    this.#answered = function answered() {
      unanswered.delete(this);
    };
    this.#closed = function closed() {
      remove(this);
    };
  }

  add(socket: WebSocket): void {
    this.#sockets.add(socket);
    // The same two functions for all sockets: there may be very many that do nothing.
    socket.on("pong", this.#answered);
    socket.on("close", this.#closed);
    this.#timer ??= setInterval(() => this.#beat(), this.interval).unref();
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

  #remove(socket: WebSocket): void {
    this.#sockets.delete(socket);
    this.#unanswered.delete(socket);
    if (this.#sockets.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
