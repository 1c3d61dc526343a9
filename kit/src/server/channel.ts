import type { ChannelDescription } from "../operation.js";
import { equal, type Schema, type Validator, type Violation, violationsOf } from "../validation/index.js";
import { parseJson } from "./json.js";
import { JsonWriter } from "./json-text.js";
import type { Logger } from "./log.js";
import { Mailbox } from "./mailbox.js";
import { madeOnce } from "./shared-item.js";
import { TextFrame } from "./text-frame.js";
import { type MessageRate, Throttle } from "./throttle.js";
import { violations } from "./validate.js";

/** A socket as channels see it: one of `ws`, or one end of a pair in memory. */
export interface ChannelSocket {
  /** Bytes accepted by `send` and not yet handed to the network. */
  readonly bufferedAmount: number;
  /** One side has said goodbye: what is sent from now on goes nowhere, though `close` is still to come. */
  readonly closing?: boolean;
  /** Sends one text frame; `written` is called when it has left, or never will. */
  send(frame: TextFrame, written: () => void): void;
  close(code: number, reason: string): void;
  /** Calls back once the peer has received all that was sent before; never when it is gone. */
  confirm(received: () => void): void;
  /** Stops and restarts reading, so that the peer feels back-pressure. */
  pause(): void;
  resume(): void;
  /** `data` is text, or undefined for a binary frame. */
  listen(events: { message(data: string | undefined): void; close(code: number, reason: string): void }): void;
}

export interface ChannelOptions {
  /** Bytes of one incoming message. Default 1 MiB. */
  readonly maxPayload?: number;
  /** Unsent bytes above which `send` waits. Default 1 MiB. */
  readonly highWaterMark?: number;
  /** Milliseconds that `send` may wait before the channel is closed with 1013. Default: no limit. */
  readonly slowConsumer?: number;
  /** Milliseconds within which what is sent to a busy peer leaves in one write. Default 0: within a turn of the event loop. */
  readonly gather?: number;
  /** Messages that a peer may send within a time; those that come faster wait in the network. Default: any number. */
  readonly rate?: MessageRate;
  /** Milliseconds between protocol-level pings; a peer that does not answer one is cut off. Default 30 000. */
  readonly pingInterval?: number;
}

export const DEFAULT_HIGH_WATER_MARK = 1024 * 1024;
const MESSAGE_DEPTH = 200;

/** The channel is closed, so a message could not be sent. */
export class ChannelClosed extends Error {
  override readonly name = "ChannelClosed";
  constructor(
    readonly code: number,
    readonly reason: string,
  ) {
    super(`the channel is closed (${code}${reason ? `: ${reason}` : ""})`);
  }
}

/** A message broke the contract; it has not been sent. */
export class InvalidMessage extends Error {
  override readonly name = "InvalidMessage";
  constructor(readonly violations: readonly Violation[]) {
    super(`the message does not match the contract: ${violations[0]?.pointer ?? ""} ${violations[0]?.message ?? ""}`);
  }
}

/**
 * The server's end of a WebSocket with typed messages. Iterate it for what the client sends; the loop ends
 * when the channel closes. Messages that nobody iterates over are dropped.
 */
export class ServerChannel<Incoming = unknown, Outgoing = unknown> implements AsyncIterable<Incoming> {
  /** Settles when the channel is closed, by whichever side. Never rejects. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Made for the first message or reader, as many channels have neither. */
  #mailbox: Mailbox<Incoming> | undefined;
  /** Made for the first message that is sent. */
  #json: JsonWriter | undefined;
  #gone: AbortController | undefined;
  #waiting: (() => void)[] = [];
  #unconfirmed: ((isReceived: boolean) => void)[] = [];
  readonly #highWaterMark: number;
  /** Why nothing is read. */
  readonly #held = { mailbox: false, rate: false };
  /** Messages that are not with the socket yet. */
  #preparing = 0;
  #order: Promise<void> = Promise.resolve();
  #end: { code: number; reason: string } | undefined;

  constructor(
    private readonly socket: ChannelSocket,
    private readonly description: ChannelDescription,
    private readonly options: ChannelOptions & { readonly validate: boolean; readonly log: Logger },
  ) {
    this.#highWaterMark = options.highWaterMark ?? DEFAULT_HIGH_WATER_MARK;
    const { rate } = options;
    const throttle = rate && new Throttle(rate);
    this.closed = new Promise((resolve) => {
      socket.listen({
        // One after the other: validators load asynchronously at first, and order is part of the contract.
        message: (data) => {
          this.#order = this.#order.then(() => this.#receive(data));
          const pause = throttle?.count() ?? 0;
          if (pause > 0) this.#hold("rate", pause);
        },
        close: (code, reason) => {
          this.#end = { code, reason };
          this.#gone?.abort(new ChannelClosed(code, reason));
          this.#wake();
          for (const settle of this.#unconfirmed.splice(0)) settle(isClean(code));
          void this.#order.then(() => this.#mailbox?.end());
          resolve(this.#end);
        },
      });
    });
  }

  get isClosed(): boolean {
    return this.#end !== undefined;
  }

  /** Aborts when the channel closes. */
  get signal(): AbortSignal {
    if (!this.#gone) {
      this.#gone = new AbortController();
      if (this.#end) this.#gone.abort(new ChannelClosed(this.#end.code, this.#end.reason));
    }
    return this.#gone.signal;
  }

  /**
   * Sends a message. Resolves once the peer keeps up: while more than the high-water mark is unsent, it waits.
   * One that can no longer be sent because the channel is closing is refused, as soon as the channel is closed.
   * @throws InvalidMessage, ChannelClosed
   */
  async send(message: Outgoing): Promise<void> {
    this.#preparing += 1;
    try {
      const { receive } = this.description;
      const validator = this.options.validate ? (receive.validator ?? (await receive.load())) : undefined;
      const frame = this.#frameOf(message, validator);
      if (this.socket.closing) await this.closed;
      this.#refuseClosed();
      this.socket.send(frame, this.#wake);
    } finally {
      this.#preparing -= 1;
    }
    if (this.#isBehind) await this.#writable();
  }

  /**
   * Sends a message at once, where the channel is open and the peer keeps up. False when not, or when an earlier
   * message is still to go: then it has to be sent with `send`.
   * @throws InvalidMessage
   */
  trySend(message: Outgoing): boolean {
    if (this.#preparing > 0 || this.socket.closing || this.#end || this.#isBehind) return false;
    const { validator } = this.description.receive;
    if (this.options.validate && !validator) return false;
    this.socket.send(this.#frameOf(message, this.options.validate ? validator : undefined), this.#wake);
    return true;
  }

  /**
   * Has the peer received everything that was sent before the call? Resolves when it says so, which takes a ping and its
   * pong, or else with the channel: true when the peer has closed it properly, and so has read to the end.
   */
  received(): Promise<boolean> {
    if (this.#end) return Promise.resolve(isClean(this.#end.code));
    return new Promise((settle) => {
      this.#unconfirmed.push(settle);
      this.socket.confirm(() => {
        this.#unconfirmed = this.#unconfirmed.filter((other) => other !== settle);
        settle(true);
      });
    });
  }

  get #messages(): Mailbox<Incoming> {
    this.#mailbox ??= new Mailbox(
      () => this.#hold("mailbox"),
      () => this.#release("mailbox"),
    );
    return this.#mailbox;
  }

  get #isBehind(): boolean {
    return this.socket.bufferedAmount > this.#highWaterMark;
  }

  /** The frame of a message, which is checked first; both once only, where it is shared. */
  #frameOf(message: Outgoing, validator: Validator | undefined): TextFrame {
    return madeOnce(message, this.description, (_, isShared) => {
      if (validator && !validator(message)) {
        throw new InvalidMessage(violationsOf(validator, message));
      }
      this.#json ??= new JsonWriter();
      return new TextFrame(this.#json.write(message), isShared);
    });
  }

  readonly #wake = (): void => {
    if (this.#waiting.length > 0) for (const wake of [...this.#waiting]) wake();
  };

  /** Closes the channel; 1000 unless said otherwise. */
  close(code = 1000, reason = ""): void {
    if (!this.#end) this.socket.close(code, reason);
  }

  [Symbol.asyncIterator](): AsyncIterator<Incoming> {
    const messages = this.#messages.read();
    // Its reader is told of the end by the channel, which may have closed before.
    if (this.#end) void this.#order.then(() => this.#mailbox?.end());
    return messages;
  }

  async #receive(data: string | undefined): Promise<void> {
    const { send, heartbeat } = this.description;
    if (data === undefined) return this.#unknown(1003, "binary frames are not supported");
    let message: unknown;
    try {
      message = parseJson(data, MESSAGE_DEPTH);
    } catch {
      return this.#unknown(1007, "the frame is not JSON");
    }
    if (heartbeat && equal(message, heartbeat.ping)) {
      // A peer that pings and reads nothing does not get to fill our memory.
      const answers = heartbeat.pong !== undefined && !this.#end && !this.#isBehind;
      if (answers) this.socket.send(new TextFrame(JSON.stringify(heartbeat.pong), false), this.#wake);
      return;
    }
    if (!send || !(await this.#matches(send, message))) return this.#unknown(1008, "not a message of this channel");
    this.#messages.put(message as Incoming);
  }

  async #matches(schema: Schema, message: unknown): Promise<boolean> {
    const found = await violations(schema, message);
    const seen = found.map(({ pointer, keyword }) => ({ pointer, keyword }));
    if (found.length > 0) this.options.log.debug({ violations: seen }, "unknown message");
    return found.length === 0;
  }

  /** Reads nothing more until it is released, or until so many milliseconds have passed. */
  #hold(reason: "mailbox" | "rate", ms?: number): void {
    if (this.#held[reason]) return;
    this.#held[reason] = true;
    this.socket.pause();
    if (ms !== undefined) setTimeout(() => this.#release(reason), ms).unref();
  }

  #release(reason: "mailbox" | "rate"): void {
    this.#held[reason] = false;
    if (!this.#held.mailbox && !this.#held.rate && !this.#end) this.socket.resume();
  }

  /** A frame that is no declared message. */
  #unknown(code: number, reason: string): void {
    if (this.description.unknown === "close") this.close(code, reason);
  }

  async #writable(): Promise<void> {
    const { slowConsumer } = this.options;
    await new Promise<void>((resolve) => {
      const timer =
        slowConsumer === undefined ? undefined : setTimeout(() => this.close(1013, "too slow"), slowConsumer);
      const wake = (): void => {
        if (!this.#end && this.#isBehind) return;
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((other) => other !== wake);
        resolve();
      };
      this.#waiting.push(wake);
    });
    this.#refuseClosed();
  }

  #refuseClosed(): void {
    if (this.#end) throw new ChannelClosed(this.#end.code, this.#end.reason);
  }
}

/** RFC 6455, 7.1.5: 1006 is the code of a connection that ended without a close frame of the peer. */
function isClean(code: number): boolean {
  return code !== 1006;
}
