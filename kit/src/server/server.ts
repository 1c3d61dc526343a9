import type { ServiceDescription } from "../operation.js";
import { fetchHandler } from "./adapters/fetch.js";
import type { Health } from "./builtin.js";
import type { ChannelOptions } from "./channel.js";
import { Core, type Method } from "./core.js";
import { handle } from "./handler.js";
import type { Listening, ListenOptions, Stop } from "./listen.js";
import type { ServerOptions } from "./options.js";
import { splitTarget, type UniversalRequest } from "./request.js";
import type { UniversalResponse } from "./response.js";
import { type AcceptedChannel, upgrade } from "./upgrade.js";

/** How long `close` waits for what is under way, in milliseconds. */
const DEFAULT_GRACE_MS = 10_000;

/**
 * The base of every generated server. A subclass has one method per operation and channel, under its own
 * name; this class routes, checks and answers. A method that is missing is answered with `not_implemented`.
 *
 * The names `service`, `channelOptions`, `handle`, `fetch`, `has`, `upgrade`, `listen`, `close`, `checkHealth` and
 * `checkReadiness` are taken.
 */
export class Server {
  /** Limits of the server's sockets, for adapters. */
  readonly channelOptions: ChannelOptions;
  readonly #core: Core;
  readonly #stops = new Set<Stop>();
  #closed: Promise<void> | undefined;

  /** @throws Error when the contract's routes clash, or the options leave something protected without a check */
  constructor(
    readonly service: ServiceDescription,
    options: ServerOptions = {},
  ) {
    this.channelOptions = options.channels ?? {};
    this.#core = new Core(service, options, {
      target: this,
      method: (name) => methodOf(this, name),
      health: () => this.checkHealth(),
      obstacle: () => this.checkReadiness(),
    });
  }

  /** Answers one request. Never rejects. */
  handle(request: UniversalRequest): Promise<UniversalResponse>;
  /** Answers one request by calling `respond` once: what adapters use, as it saves every request a promise. */
  handle(request: UniversalRequest, respond: (response: UniversalResponse) => void): void;
  handle(
    request: UniversalRequest,
    respond?: (response: UniversalResponse) => void,
  ): Promise<UniversalResponse> | undefined {
    if (!respond) return new Promise((resolve) => handle(this.#core, request, resolve));
    handle(this.#core, request, respond);
    return undefined;
  }

  /** The server as a web-standard handler, for Hono, Deno, Bun and workers. May be passed around. */
  readonly fetch: (request: Request) => Promise<Response> = fetchHandler((request) => this.handle(request));

  /** Does the contract have this path, whatever the method, or is there something beside it? */
  has(target: string): boolean {
    const { path } = splitTarget(target);
    const { router, mounts } = this.#core;
    return router.find("", path).kind === "method" || mounts?.find(path) !== undefined || this.#core.isReadiness(path);
  }

  /** Judges a WebSocket upgrade: the response that refuses it, or the channel to run on the socket. */
  upgrade(request: UniversalRequest): Promise<UniversalResponse | AcceptedChannel> {
    return upgrade(this.#core, request);
  }

  /**
   * Serves on `node:http`, sockets included. Port 0 takes a free one.
   * @throws Error when the port is in use, or when auth is disabled and the host is not loopback
   */
  async listen(options: ListenOptions = {}): Promise<Listening> {
    const { listen } = await import("./listen.js");
    const { listening, stop } = await listen(this, this.#core, options);
    this.#stops.add(stop);
    return listening;
  }

  /**
   * Drains: takes no more connections, answers new requests with `unavailable`, closes channels with 1001,
   * waits for what is under way and, when the time is over, aborts it.
   */
  close({ timeoutMs = DEFAULT_GRACE_MS }: { timeoutMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#drain(timeoutMs);
    return this.#closed;
  }

  /** How the service is. Override it to report on what the service depends on. */
  protected async checkHealth(): Promise<Health> {
    return { status: "ok" };
  }

  /**
   * What keeps the service from serving requests now, in words that anybody may read; undefined for nothing. Override it
   * for what has to be opened first, or may fail.
   */
  protected async checkReadiness(): Promise<string | undefined> {
    return undefined;
  }

  async #drain(timeoutMs: number): Promise<void> {
    this.#core.drain();
    const { activities } = this.#core;
    const abort = setTimeout(() => activities.abort(new Error("the server is shutting down")), timeoutMs);
    await Promise.all([activities.idle(), ...[...this.#stops].map((stop) => stop(timeoutMs))]);
    clearTimeout(abort);
  }
}

/** A method of the subclass; those of this class, and of every object, implement no operation. */
function methodOf(server: Server, name: string): Method | undefined {
  const method = (server as unknown as Record<string, unknown>)[name];
  const inherited = (Server.prototype as unknown as Record<string, unknown>)[name];
  if (typeof method !== "function" || method === inherited || name === "constructor" || name === "fetch")
    return undefined;
  return method as Method;
}
