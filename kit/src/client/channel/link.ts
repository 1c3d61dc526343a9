import type { ChannelDescription } from "../../operation.js";
import { Attempt } from "../attempt.js";
import {
  addCredentials,
  type CredentialSet,
  credentialsFor,
  placeCredentials,
  sameCredentials,
  targetWith,
} from "../credentials.js";
import { ChannelClosedError, ChannelOverflowError, ConnectionError } from "../errors.js";
import { checkHeaders } from "../header-check.js";
import type { ChannelOptions } from "../options.js";
import type { ParameterWriter } from "../part.js";
import type { Engine } from "../plan.js";
import { apiError } from "../problem.js";
import { backoff, DEFAULT_TIMEOUT_MS, sleep } from "../retry.js";
import type { RequestObject, ServiceFacts } from "../row.js";
import { membersOf } from "../target.js";
import { check, validates } from "../validation.js";
import { type Closed, Connection } from "./connection.js";
import { MessageReader } from "./messages.js";
import { platformWebSocket, type WebSocketInit } from "./socket.js";

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
  readonly #engine: Engine;
  readonly #service: ServiceFacts;
  readonly #description: ChannelDescription;
  readonly #request: RequestObject;
  readonly #parameters: ParameterWriter;
  readonly #options: ChannelOptions;
  readonly #life: Attempt;
  readonly #events: LinkEvents;
  #ready = deferred<Connection>();
  #everOpen = false;
  /** Newer credentials, got after a 401, for the next connect only. */
  #fresh: CredentialSet | undefined;

  constructor(
    engine: Engine,
    service: ServiceFacts,
    description: ChannelDescription,
    request: RequestObject,
    options: ChannelOptions,
    life: Attempt,
    events: LinkEvents,
  ) {
    this.#engine = engine;
    this.#service = service;
    this.#description = description;
    this.#parameters = engine.part.parameters(description);
    this.#request = request;
    this.#options = options;
    this.#life = life;
    this.#events = events;
  }

  /** Resolves when the server closes normally; rejects when the channel ends in any other way. */
  async run(): Promise<Closed> {
    const { name, request } = this.#description;
    const { retries, backoffMs, maxBackoffMs, stableMs, onReconnect, onDisconnect } = this.#options;
    const defaults = this.#engine.options.validate;
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
    const { options } = this.#engine;
    const { subprotocol } = this.#description;
    const credentials =
      this.#fresh ?? (await this.#life.wait(credentialsFor(this.#service, this.#description, options.auth)));
    const { target, headers } = this.#head(messages.position);
    const own = options.webSocket ?? options.transport?.webSocket;
    const headersNeeded =
      Object.keys(headers).length > 0 || placeCredentials(this.#service, credentials).headers.length > 0;
    const factory = own ?? (await platformWebSocket(headersNeeded));
    const places = placeCredentials(this.#service, credentials, factory.supportsHeaders !== false);
    addCredentials(headers, places);
    const url = this.#engine.baseUrl.replace(/^http/, "ws") + targetWith(target, places);
    const init: WebSocketInit = { headers, protocols: subprotocol === undefined ? [] : [subprotocol] };
    const socket = await Promise.resolve(factory(url, init)).catch(() => undefined);
    return { connection: socket && new Connection(socket, (data) => messages.read(data)), credentials };
  }

  async #untilOpen(connection: Connection): Promise<boolean> {
    const attempt = new Attempt(this.#description.name, this.#life.signal);
    attempt.arm(this.#options.timeoutMs ?? this.#engine.options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    try {
      return await attempt.wait(connection.opened);
    } catch {
      // The end of the channel's life has a code of its own, which `untilClosed` knows.
      if (!this.#life.signal.aborted) connection.drop(1000, "");
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
    const { options } = this.#engine;
    const refreshed = this.#fresh !== undefined;
    this.#fresh = undefined;
    if (status === undefined || status < 400 || status >= 500 || [408, 425, 429].includes(status)) return true;
    if (status === 401 && credentials.size > 0 && !refreshed) {
      const fresh = await this.#life.wait(credentialsFor(this.#service, this.#description, options.auth, credentials));
      if (fresh.size > 0 && !sameCredentials(fresh, credentials)) {
        this.#fresh = fresh;
        return true;
      }
    }
    return apiError(this.#description.name, status, new Headers(), undefined, this.#service);
  }

  #head(position: string | undefined): { target: string; headers: Record<string, string> } {
    const { resume } = this.#description;
    const after = position !== undefined && resume?.cursor === "parameter" ? resume.parameter : undefined;
    const query = after === undefined ? this.#request.query : { ...this.#request.query, [after]: position };
    checkHeaders(this.#description.name, this.#options.headers);
    const headers: Record<string, string> = {};
    for (const [name, value] of membersOf({ ...this.#engine.options.headers, ...this.#options.headers })) {
      headers[name.toLowerCase()] = String(value);
    }
    this.#parameters.headers?.(this.#request, headers);
    return { target: this.#parameters.target({ ...this.#request, query }), headers };
  }

  async #messages(): Promise<MessageReader> {
    const { receive } = this.#description;
    const { validate, onInvalid } = this.#options;
    const wanted = validates("responses", validate, this.#engine.options.validate);
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
