import type { ChannelDescription } from "../../operation.js";
import type { SocketEvent, WebSocketLike } from "./socket.js";

/** How a socket ended. `status`: of a refused upgrade, where it is visible. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
  readonly status: number | undefined;
}

/** RFC 6455 §7.1.5: the code of a connection that ended without a close frame. */
const BROKEN = 1006;
const MAX_BUFFERED_BYTES = 1024 * 1024;
const DRAIN_CHECK_MS = 10;

/** One socket from its first event to its last. Messages are heard from the start, so none is missed. */
export class Connection {
  /** True when it opened, false when it closed instead. */
  readonly opened: Promise<boolean>;
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocketLike;
  readonly #onData: (data: unknown) => boolean;
  #lastHeard = Date.now();
  #answersPings = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #onOpened: (opened: boolean) => void = () => {};
  #onClosed: (closed: Closed) => void = () => {};

  /** `onData` takes a frame and says whether it is the answer to a ping. */
  constructor(socket: WebSocketLike, onData: (data: unknown) => boolean) {
    this.#socket = socket;
    this.#onData = onData;
    this.opened = new Promise((resolve) => {
      this.#onOpened = resolve;
    });
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    socket.addEventListener("open", this.#hearOpen);
    socket.addEventListener("message", this.#hearMessage);
    socket.addEventListener("close", this.#hearClose);
    // The close that follows says all; without a listener, `ws` would throw.
    socket.addEventListener("error", ignore);
    if (socket.readyState === 1) this.#hearOpen();
  }

  get isOpen(): boolean {
    return this.#socket.readyState === 1;
  }

  /** Hands text to the socket once it has room; false when the socket is not open any more. */
  async send(text: string): Promise<boolean> {
    while (this.isOpen && this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_MS));
    }
    if (!this.isOpen) return false;
    this.#socket.send(text);
    return true;
  }

  /**
   * Pings every interval. A peer that has answered before and then says nothing for two intervals is dead; one that has
   * never answered on this connection may be a service that leaves pings unanswered, and its silence proves nothing.
   */
  beat({ interval, ping }: NonNullable<ChannelDescription["heartbeat"]>): void {
    const text = JSON.stringify(ping);
    const periodMs = interval * 1000;
    this.#lastHeard = Date.now();
    this.#timer = setInterval(() => {
      if (this.#answersPings && Date.now() - this.#lastHeard >= 2 * periodMs) this.drop(4000, "no heartbeat");
      else if (this.isOpen) this.#socket.send(text);
    }, periodMs);
  }

  /** Closes, and counts as closed at once: a dead peer would let a closing handshake wait for long. */
  drop(code: number, reason: string): void {
    try {
      this.#socket.close(code, reason);
    } catch {
      // Codes that a browser refuses; the connection has to go all the same.
      this.#socket.close();
    }
    this.#finish({ code: BROKEN, reason, status: undefined });
  }

  readonly #hearOpen = (): void => this.#onOpened(true);

  readonly #hearMessage = ({ data }: SocketEvent): void => {
    this.#lastHeard = Date.now();
    if (this.#onData(data)) this.#answersPings = true;
  };

  readonly #hearClose = ({ code = BROKEN, reason = "" }: SocketEvent): void => {
    this.#finish({ code, reason, status: this.#socket.upgradeStatus });
  };

  #finish(closed: Closed): void {
    clearInterval(this.#timer);
    this.#socket.removeEventListener("open", this.#hearOpen);
    this.#socket.removeEventListener("message", this.#hearMessage);
    this.#socket.removeEventListener("close", this.#hearClose);
    this.#onOpened(false);
    this.#onClosed(closed);
  }
}

function ignore(): void {}
