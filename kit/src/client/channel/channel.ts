import type { ChannelDescription } from "../../operation.js";
import { Attempt } from "../attempt.js";
import { ChannelClosedError, ChannelOverflowError } from "../errors.js";
import type { ChannelOptions } from "../options.js";
import type { Engine } from "../plan.js";
import type { RequestObject, ServiceFacts } from "../row.js";
import { check, validates } from "../validation.js";
import { Inbox } from "./inbox.js";
import { Link } from "./link.js";

const DEFAULT_BUFFER = 10_000;

/** `connecting` also between two connections; `closed` is for good. */
export type ChannelState = "connecting" | "open" | "closed";

/**
 * A WebSocket with typed messages both ways, kept open across lost connections until it is closed. Read it with
 * `for await`: the end of the loop (`break`) closes it. Received messages wait in a bounded buffer, so a channel
 * that only sends still has to be read, or the peer has to be quiet.
 *
 * Iteration ends when either side closes normally (1000) and throws `ChannelClosedError` when the server ends the
 * channel for another reason, `ConnectionError` when it cannot be opened, `ApiError` when the upgrade is refused and
 * the status is visible, `ChannelOverflowError` when the reader is too slow.
 */
export class ClientChannel<In, Out = never> implements AsyncIterable<In> {
  /** Resolves when the channel is open for the first time; rejects when it never will be. */
  readonly opened: Promise<void>;
  readonly #description: ChannelDescription;
  readonly #validate: boolean;
  readonly #inbox: Inbox<In>;
  readonly #life: Attempt;
  readonly #link: Link;
  #state: ChannelState = "connecting";
  #settle: { resolve: () => void; reject: (error: unknown) => void } = { resolve: () => {}, reject: () => {} };

  constructor(
    engine: Engine,
    service: ServiceFacts,
    description: ChannelDescription,
    request: RequestObject,
    options: ChannelOptions,
  ) {
    this.#description = description;
    this.#validate = validates("requests", options.validate, engine.options.validate);
    this.#inbox = new Inbox(options.bufferSize ?? DEFAULT_BUFFER);
    this.#life = new Attempt(description.name, options.signal);
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.opened.catch(() => {});
    this.#link = this.#start(engine, service, request, options);
  }

  get state(): ChannelState {
    return this.#state;
  }

  /**
   * Sends a message, once the channel is open. Resolves when the socket has taken it, which is not yet that the peer
   * has it. Throws `InvalidRequestError`, and `ChannelClosedError` or whatever else ended the channel.
   */
  async send(message: Out): Promise<void> {
    const { name, send } = this.#description;
    if (send === undefined) throw new TypeError(`${name} sends no messages`);
    if (this.#validate) await check(name, send, message);
    await this.#link.send(JSON.stringify(message));
  }

  /** Closes for good; iteration ends after the messages that have come. `code`: 1000 or 3000 to 4999. */
  close(code = 1000, reason = ""): void {
    this.#end(new ChannelClosedError(this.#description.name, code, reason));
  }

  [Symbol.asyncIterator](): AsyncIterator<In, void, undefined> {
    return {
      next: () => this.#inbox.take(),
      return: async () => {
        this.#inbox.clear();
        this.close();
        return { done: true, value: undefined };
      },
    };
  }

  #start(engine: Engine, service: ServiceFacts, request: RequestObject, options: ChannelOptions): Link {
    const { name } = this.#description;
    const link = new Link(engine, service, this.#description, request, options, this.#life, {
      opened: () => {
        if (this.#state === "closed") return;
        this.#state = "open";
        this.#settle.resolve();
      },
      lost: () => {
        if (this.#state === "open") this.#state = "connecting";
      },
      received: (message) => {
        if (this.#inbox.put(message as In)) return;
        this.#fail(new ChannelOverflowError(name, `${name}: messages came faster than they were read`));
      },
    });
    // Not awaited: it runs as long as the channel.
    link.run().then(
      ({ code, reason }) => this.#end(new ChannelClosedError(name, code, reason)),
      (error: unknown) => this.#fail(error),
    );
    return link;
  }

  /** The end that the reader did not ask for: iteration throws. */
  #fail(error: unknown): void {
    this.#end(error, error);
  }

  /** `why` is what senders get; the socket closes with its code. */
  #end(why: unknown, thrown?: unknown): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#settle.reject(why);
    this.#inbox.end(thrown);
    this.#life.end(why);
    this.#life.release();
  }
}
