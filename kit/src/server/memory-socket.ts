/** The event at the end of a socket, as browsers have it; Node 20 has no `CloseEvent`. */
export class SocketCloseEvent extends Event {
  constructor(
    readonly code: number,
    readonly reason: string,
    readonly wasClean: boolean,
  ) {
    super("close");
  }
}

/** What any event of a socket may hold. */
type SocketEvent = Event & { readonly data?: unknown; readonly code?: number; readonly reason?: string };
type SocketListener = ((event: SocketEvent) => void) | EventListenerObject | null;

type Frame =
  | { readonly data: string | Uint8Array }
  | { readonly code: number; readonly reason: string }
  | { readonly passed: () => void };

/** One end of a WebSocket pair in memory, with the face of the WHATWG `WebSocket`. */
export class MemorySocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;

  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readyState: 0 | 1 | 2 | 3 = 0;
  protocol = "";
  /** HTTP status of a refused upgrade; browsers do not tell. */
  upgradeStatus: number | undefined;
  binaryType: "arraybuffer" = "arraybuffer";
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  onclose: ((event: SocketCloseEvent) => void) | null = null;
  #peer: MemorySocket | undefined;
  #inbox: Frame[] = [];
  #unread = 0;
  #paused = false;
  #scheduled = false;

  constructor(readonly url: string) {
    super();
  }

  override addEventListener(type: string, listener: SocketListener, options?: AddEventListenerOptions | boolean): void {
    super.addEventListener(type, listener as EventListener | null, options);
  }

  override removeEventListener(type: string, listener: SocketListener, options?: EventListenerOptions | boolean): void {
    super.removeEventListener(type, listener as EventListener | null, options);
  }

  /** Bytes that the peer has not taken yet. */
  get bufferedAmount(): number {
    return this.#peer?.unread ?? 0;
  }

  /** Bytes that wait at this end. */
  get unread(): number {
    return this.#unread;
  }

  /** @throws Error before the socket is open; a message after its end is dropped, as browsers do */
  send(data: string | Uint8Array): void {
    if (this.readyState === 0) throw new Error("the socket is not open yet");
    if (this.readyState === 1) this.#peer?.take({ data });
  }

  /** Calls back when the peer has taken everything that was sent before. */
  mark(passed: () => void): void {
    this.#peer?.take({ passed });
  }

  close(code = 1000, reason = ""): void {
    if (this.readyState >= 2) return;
    if (this.readyState === 0 || !this.#peer) {
      this.#finish(1006, "", false);
      return;
    }
    this.readyState = 2;
    this.#peer.take({ code, reason });
    this.take({ code, reason });
  }

  /** Joins two ends; false when this one has been closed meanwhile. */
  pair(peer: MemorySocket, protocol: string): boolean {
    if (this.readyState !== 0) return false;
    for (const [end, other] of [[this, peer] as const, [peer, this] as const]) {
      end.#peer = other;
      end.readyState = 1;
      end.protocol = protocol;
    }
    queueMicrotask(() => this.#emit(new Event("open")));
    return true;
  }

  /** The server said no. */
  refuse(status: number): void {
    if (this.readyState === 3) return;
    this.upgradeStatus = status;
    this.#emit(new Event("error"));
    this.#finish(1006, "", false);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  take(frame: Frame): void {
    this.#inbox.push(frame);
    if ("data" in frame) this.#unread += frame.data.length;
    this.#schedule();
  }

  /** Frames arrive one a task, so that neither end can starve the other. */
  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#inbox.length === 0) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      if (this.#paused) return;
      const frame = this.#inbox.shift();
      if (frame) this.#deliver(frame);
      this.#schedule();
    }, 0);
  }

  #deliver(frame: Frame): void {
    if ("data" in frame) {
      this.#unread -= frame.data.length;
      if (this.readyState === 1 || this.readyState === 2) this.#emit(new MessageEvent("message", { data: frame.data }));
    } else if ("passed" in frame) {
      frame.passed();
    } else {
      this.#finish(frame.code, frame.reason, true);
    }
  }

  #finish(code: number, reason: string, clean: boolean): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#inbox = [];
    this.#unread = 0;
    this.#emit(new SocketCloseEvent(code, reason, clean));
  }

  #emit(event: Event): void {
    this.dispatchEvent(event);
    const handler = { open: this.onopen, message: this.onmessage, error: this.onerror, close: this.onclose }[
      event.type
    ];
    (handler as ((event: Event) => void) | null | undefined)?.(event);
  }
}
