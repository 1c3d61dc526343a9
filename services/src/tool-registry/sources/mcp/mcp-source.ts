import type { Logger } from "@agentwire/kit/server";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { sleep } from "../../../shared/signals.js";
import { type Tool, type ToolLimits, unavailable } from "../../tool.js";
import { BackOff } from "../back-off.js";
import type { SourceState, ToolSource } from "../source.js";
import type { McpConnection } from "./connection.js";
import { resultOf, toolOf } from "./mapping.js";

/** How an MCP server is reached. */
export interface McpRoute {
  /** A new transport, for each connection. */
  open(): Promise<Transport>;
  /** Why the last transport has ended, for people. */
  ending(): string;
}

export interface McpSourceOptions {
  /** The server's name; ids of its tools begin with it. */
  readonly server: string;
  readonly route: McpRoute;
  readonly limits: ToolLimits;
  readonly log: Logger;
  /** Strikes out what must not be told. */
  readonly redact: (text: string) => string;
}

/** A connection that lasted so long was a good one: the next try needs no waiting. */
const STABLE_MS = 10_000;
/** Several changes in a row are listed once. */
const SETTLE_MS = 50;

/** The tools of an MCP server. It stays connected, and keeps its tools in the list while it is not. */
export class McpSource implements ToolSource {
  readonly name: string;
  tools: readonly Tool[] = [];
  state: SourceState = { status: "down", message: "it is not connected yet" };
  readonly #options: McpSourceOptions;
  readonly #stop = new AbortController();
  #connection: McpConnection | undefined;
  #running: Promise<void> | undefined;
  #stale = false;
  #relisting = false;
  #changed = (): void => undefined;

  constructor(options: McpSourceOptions) {
    this.name = `mcp ${options.server}`;
    this.#options = options;
  }

  expects(id: string): boolean {
    return !this.#connection && id.startsWith(`${this.#options.server}.`);
  }

  start(changed: () => void): void {
    this.#changed = changed;
    this.#running ??= this.#stayConnected();
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error("the registry is closing"));
    await this.#connection?.leave();
    await this.#running;
  }

  async #stayConnected(): Promise<void> {
    const backOff = new BackOff();
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const since = Date.now();
      try {
        await this.#connected();
      } catch (error) {
        this.#options.log.debug({ source: this.name, reason: this.#text(error) }, "no connection");
      }
      if (signal.aborted) return;
      this.#tell({ status: "down", message: this.#options.route.ending() });
      if (Date.now() - since > STABLE_MS) backOff.reset();
      await sleep(backOff.next(), signal).catch(() => undefined);
    }
  }

  /** Connects, lists the tools, and returns when the connection is over. */
  async #connected(): Promise<void> {
    // The SDK takes half a second to load, which a registry without such servers should not wait for.
    const { McpConnection } = await import("./connection.js");
    const connection = await McpConnection.open(await this.#options.route.open(), this.#stop.signal, {
      onListChanged: () => void this.#relist(),
      onError: (error) => this.#options.log.debug({ source: this.name, reason: this.#text(error) }, "MCP error"),
    });
    try {
      this.#stale = false;
      await this.#list(connection);
      this.#connection = connection;
      this.#changed();
      // What was told while the pages came in may not be in them.
      if (this.#stale) void this.#relist();
      await connection.closed;
    } finally {
      this.#connection = undefined;
      await connection.close();
    }
  }

  async #list(connection: McpConnection): Promise<void> {
    const { server, limits } = this.#options;
    const listed = await connection.listTools(this.#stop.signal);
    const tools = listed.flatMap((tool) => {
      return (
        toolOf(server, tool, limits, async (name, args, { signal }) => {
          if (!this.#connection) throw unavailable(`The MCP server "${server}" is not connected now.`);
          return resultOf(await this.#connection.callTool(name, args, signal));
        }) ?? []
      );
    });
    const malformed = listed.length - tools.length;
    this.tools = tools;
    this.#tell(
      malformed === 0
        ? { status: "ok" }
        : { status: "degraded", message: `${malformed} of its tools are malformed and left out` },
    );
  }

  /** Lists anew once things have settled, and again if they have changed meanwhile. */
  async #relist(): Promise<void> {
    this.#stale = true;
    if (this.#relisting || !this.#connection) return;
    this.#relisting = true;
    try {
      while (this.#stale) {
        await sleep(SETTLE_MS, this.#stop.signal);
        if (!this.#connection) return;
        this.#stale = false;
        await this.#list(this.#connection);
        this.#changed();
      }
    } catch (error) {
      // Of a connection that is lost, its owner tells.
      if (this.#stop.signal.aborted || !this.#connection) return;
      this.#options.log.warn({ source: this.name, reason: this.#text(error) }, "the tools could not be listed again");
      this.#tell({ status: "degraded", message: "its tools could not be listed again" });
    } finally {
      this.#relisting = false;
    }
  }

  #tell(state: SourceState): void {
    const { status, message } = this.state;
    this.state = state;
    if (state.status === status && state.message === message) return;
    const log = state.status === "ok" ? "info" : "warn";
    this.#options.log[log]({ source: this.name, ...state, tools: this.tools.length }, "tool source");
  }

  #text(error: unknown): string {
    return this.#options.redact(error instanceof Error ? error.message : String(error)).slice(0, 500);
  }
}
