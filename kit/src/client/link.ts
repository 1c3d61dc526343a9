import type { ChannelDescription } from "../operation.js";
import { Attempt } from "./attempt.js";
import { type CredentialSet, credentialsFor, placeCredentials, sameCredentials } from "./auth.js";
import { type Closed, Connection } from "./connection.js";
import { ApiError, ChannelClosedError, ChannelOverflowError, ConnectionError } from "./errors.js";
import { MessageReader } from "./messages.js";
import { type ChannelOptions, validates } from "./options.js";
import { asInvalidRequest, check, encodeHead, type RequestObject } from "./request.js";
import { backoff, sleep } from "./retry.js";
import { platformWebSocket, type WebSocketInit } from "./socket.js";
import type { Transport } from "./transport.js";

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_BACKOFF_MS = 1_000;
const DEFAULT_MAX_BACKOFF_MS = 30_000;
const DEFAULT_STABLE_MS = 60_000;
const FIRST_CONNECTS = 5;

/** What a link tells its channel. */
export interface LinkEvents {
  readonly opened: () => void;
  readonly lost: () => void;
  readonly received: (message: unknown) => void;
}

/** Keeps one socket open, one after the other, until the channel's life ends or the server has the last word. */
export class Link {
  readonly #transport: Transport;
  readonly #description: ChannelDescription;
  readonly #request: RequestObject;
  readonly #options: ChannelOptions;
  readonly #life: Attempt;
  readonly #events: LinkEvents;
  #ready = deferred<Connection>();
  #everOpen = false;
  /** Newer credentials, got after a 401, for the next connect only. */
  #fresh: CredentialSet | undefined;

  constructor(
    transport: Transport,
    description: ChannelDescription,
    request: RequestObject,
    options: ChannelOptions,
    life: Attempt,
    events: LinkEvents,
  ) {
    this.#transport = transport;
    this.#description = description;
    this.#request = request;
    this.#options = options;
    this.#life = life;
    this.#events = events;
  }

  /** Resolves when the server closes normally; rejects when the channel ends in any other way. */
  async run(): Promise<Closed> {
    const { name, request } = this.#description;
    const { retries, backoffMs, maxBackoffMs, stableMs, onReconnect, onDisconnect } = this.#options;
    const defaults = this.#transport.options.validate;
    if (request !== undefined && validates("requests", this.#options.validate, defaults)) {
      await check(name, request, this.#request);
    }
    const messages = await this.#messages();
    let refused = 0;
    let shortLived = 0;
    for (;;) {
      const { connection, credentials } = await this.#open(messages);
      const openedAt = Date.now();
      const opened = connection !== undefined && (await this.#untilOpen(connection));
      if (opened) {
        if (this.#everOpen) later(onReconnect);
        this.#everOpen = true;
        refused = 0;
        this.#fresh = undefined;
        this.#events.opened();
        this.#ready.resolve(connection);
        if (this.#description.heartbeat !== undefined) connection.beat(this.#description.heartbeat);
      }
      const closed = await this.#untilClosed(connection);
      if (opened) this.#ready = deferred();
      this.#events.lost();
      const reconnect = opened ? this.#afterClose(closed) : await this.#afterRefusal(closed, credentials);
      if (opened && Date.now() - openedAt >= (stableMs ?? DEFAULT_STABLE_MS)) shortLived = 0;
      const wait = backoff(shortLived, backoffMs ?? DEFAULT_BACKOFF_MS, maxBackoffMs ?? DEFAULT_MAX_BACKOFF_MS);
      if (opened) later(onDisconnect, { ...closed, retryInMs: reconnect === true ? wait : undefined });
      if (reconnect === false) return closed;
      if (reconnect !== true) throw reconnect;
      if (!opened && refused >= (retries ?? (this.#everOpen ? Number.POSITIVE_INFINITY : FIRST_CONNECTS))) {
        throw new ConnectionError(name, `${name}: no connection (${closed.code} ${closed.reason})`);
      }
      if (!opened) refused += 1;
      shortLived += 1;
      await sleep(name, wait, this.#life.signal);
    }
  }

  /** Sends on the connection of the moment, or on the next one. */
  async send(text: string): Promise<void> {
    for (;;) {
      const connection = await this.#life.wait(this.#ready.promise);
      if (await connection.send(text)) return;
      await this.#life.wait(connection.closed);
    }
  }

  /** A socket on its way to being open; none when the factory failed. */
  async #open(messages: MessageReader): Promise<{ connection: Connection | undefined; credentials: CredentialSet }> {
    const { service, options } = this.#transport;
    const { subprotocol } = this.#description;
    const credentials =
      this.#fresh ?? (await this.#life.wait(credentialsFor(service, this.#description, options.auth)));
    const { target, headers } = this.#head(messages.position);
    const own = options.webSocket ?? options.transport?.webSocket;
    const headersNeeded = [...headers].length > 0 || placeCredentials(service, credentials).headers.length > 0;
    const factory = own ?? (await platformWebSocket(headersNeeded));
    const places = placeCredentials(service, credentials, factory.supportsHeaders !== false);
    for (const [name, value] of places.headers) if (!headers.has(name)) headers.set(name, value);
    const cookie = headers.get("cookie");
    if (places.cookies.length > 0)
      headers.set("cookie", [...(cookie === null ? [] : [cookie]), ...places.cookies].join("; "));
    const query = places.query.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
    const url = `${this.#transport.baseUrl.replace(/^http/, "ws")}${target}`;
    const joint = query === "" ? "" : target.includes("?") ? "&" : "?";
    const init: WebSocketInit = {
      headers: Object.fromEntries(headers),
      protocols: subprotocol === undefined ? [] : [subprotocol],
    };
    const socket = await Promise.resolve(factory(`${url}${joint}${query}`, init)).catch(() => undefined);
    return { connection: socket && new Connection(socket, (data) => messages.read(data)), credentials };
  }

  async #untilOpen(connection: Connection): Promise<boolean> {
    const attempt = new Attempt(this.#description.name, this.#life.signal);
    attempt.arm(this.#options.timeoutMs ?? this.#transport.options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    try {
      return await attempt.wait(connection.opened);
    } catch {
      // Too slow, or the channel's life is over, which `untilClosed` finds out.
      connection.drop(1000, "");
      return false;
    } finally {
      attempt.release();
    }
  }

  async #untilClosed(connection: Connection | undefined): Promise<Closed> {
    if (connection === undefined) return { code: 1006, reason: "no socket", status: undefined };
    try {
      return await this.#life.wait(connection.closed);
    } catch (why) {
      if (why instanceof ChannelClosedError) connection.drop(why.code, why.reason);
      else if (why instanceof ChannelOverflowError) connection.drop(4009, "receive buffer full");
      else connection.drop(1000, "");
      throw why;
    }
  }

  /** True: connect again. False: a normal end. Else the error that ends the channel. */
  #afterClose({ code, reason }: Closed): boolean | Error {
    const { name, close } = this.#description;
    const row = close?.[code];
    // Without a word in the contract: a normal end (1005 is one without a code) is the end, and so is a broken rule.
    const reconnect = row?.reconnect ?? ![1000, 1005, 1008].includes(code);
    if (reconnect) return true;
    return code === 1000 || code === 1005 ? false : new ChannelClosedError(name, code, reason, row?.meaning);
  }

  /** The same for a socket that never opened. A 401 is worth another try with newer credentials, once. */
  async #afterRefusal({ status }: Closed, credentials: CredentialSet): Promise<true | Error> {
    const { service, options } = this.#transport;
    const refreshed = this.#fresh !== undefined;
    this.#fresh = undefined;
    if (status === undefined || status < 400 || status >= 500 || [408, 425, 429].includes(status)) return true;
    if (status === 401 && credentials.size > 0 && !refreshed) {
      const fresh = await this.#life.wait(credentialsFor(service, this.#description, options.auth, credentials));
      if (fresh.size > 0 && !sameCredentials(fresh, credentials)) {
        this.#fresh = fresh;
        return true;
      }
    }
    return ApiError.of({ operation: this.#description.name, status, headers: new Headers(), shape: service.errors });
  }

  #head(position: string | undefined): { target: string; headers: Headers } {
    const { name, path, parameters = [], resume } = this.#description;
    const { options } = this.#transport;
    const after = position !== undefined && resume?.cursor === "parameter" ? resume.parameter : undefined;
    const query = after === undefined ? this.#request.query : { ...this.#request.query, [after]: position };
    try {
      return encodeHead(path, parameters, { ...this.#request, query }, [options.headers, this.#options.headers]);
    } catch (error) {
      throw asInvalidRequest(name, error);
    }
  }

  async #messages(): Promise<MessageReader> {
    const { receive } = this.#description;
    const { validate, onInvalid } = this.#options;
    const wanted = validates("responses", validate, this.#transport.options.validate);
    const validator = wanted ? await receive.load() : undefined;
    return new MessageReader(this.#description, validator, this.#events.received, (each) => later(onInvalid, each));
  }
}

/** Calls back like an event listener: what it throws is not ours. */
function later<A extends unknown[]>(callback: ((...args: A) => void) | undefined, ...args: A): void {
  if (callback !== undefined) queueMicrotask(() => callback(...args));
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
