import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ErrorCode,
  McpError,
  ResultSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { raced } from "../../../shared/signals.js";
import { VERSION } from "../../../shared/version.js";
import { type JsonObject, ToolError, unavailable } from "../../tool.js";

const CONNECT_TIMEOUT_MS = 60_000;
const LIST_TIMEOUT_MS = 30_000;
const GOODBYE_MS = 1000;
const PING_TIMEOUT_MS = 10_000;
const PING_EVERY_MS = 30_000;
const MAX_PAGES = 100;
const MAX_TOOLS = 1000;
/** Of all tools, as JSON. */
const MAX_LIST_CHARACTERS = 8 * 1024 * 1024;
/** Calls end by their signal; this is the longest that a timer can be told. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** What a connection tells its owner. */
export interface ConnectionEvents {
  readonly onListChanged: () => void;
  readonly onError: (error: Error) => void;
}

/**
 * One connection to an MCP server. It asks by `request` and reads the answers itself: the SDK's `listTools` refuses a
 * whole list for one bad tool, and compiles the schemas of strangers.
 */
export class McpConnection {
  readonly #client: Client;
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;
  #calls = 0;
  #connected = false;
  #probing = false;

  private constructor(events: ConnectionEvents) {
    this.#client = new Client({ name: "agentwire-tool-registry", version: VERSION });
    this.closed = new Promise((resolve) => {
      this.#client.onclose = resolve;
    });
    this.#client.onerror = (error) => {
      events.onError(error);
      void this.#probe();
    };
    this.#client.setNotificationHandler(ToolListChangedNotificationSchema, events.onListChanged);
  }

  /** @throws Error when there is no connection in time */
  static async open(transport: Transport, signal: AbortSignal, events: ConnectionEvents): Promise<McpConnection> {
    const connection = new McpConnection(events);
    try {
      await connection.#client.connect(transport, { timeout: CONNECT_TIMEOUT_MS, signal });
    } catch (error) {
      await connection.close();
      await transport.close();
      throw error;
    }
    connection.#watch();
    return connection;
  }

  /** All tools of all pages, as the server lists them. */
  async listTools(signal: AbortSignal): Promise<unknown[]> {
    const tools: unknown[] = [];
    let cursor: unknown;
    let characters = 0;
    for (let page = 0; page < MAX_PAGES && tools.length < MAX_TOOLS; page++) {
      const params = typeof cursor === "string" ? { cursor } : {};
      const answer = await this.#client.request({ method: "tools/list", params }, ResultSchema, {
        signal,
        timeout: LIST_TIMEOUT_MS,
      });
      if (Array.isArray(answer["tools"])) tools.push(...answer["tools"]);
      characters += JSON.stringify(answer).length;
      if (characters > MAX_LIST_CHARACTERS) throw new Error("the list of its tools is too large");
      cursor = answer["nextCursor"];
      if (typeof cursor !== "string") break;
    }
    return tools.slice(0, MAX_TOOLS);
  }

  /** @throws ToolError for what the server refuses, and when it is gone */
  async callTool(name: string, args: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    this.#calls += 1;
    try {
      const params = { name, arguments: args };
      return await this.#client.request({ method: "tools/call", params }, ResultSchema, {
        signal,
        timeout: NO_TIMEOUT_MS,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof McpError && error.code !== ErrorCode.ConnectionClosed) {
        throw new ToolError(error.message, { mcp_code: error.code });
      }
      void this.#probe();
      throw unavailable("The connection to the MCP server was lost during the call.");
    } finally {
      this.#calls -= 1;
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** Like `close`, and tells a server over HTTP that the session is over, if it listens. */
  async leave(): Promise<void> {
    const { transport } = this.#client;
    if (transport && "terminateSession" in transport) {
      const told = (transport as StreamableHTTPClientTransport).terminateSession();
      await raced(told, AbortSignal.timeout(GOODBYE_MS)).catch(() => undefined);
    }
    await this.close();
  }

  #watch(): void {
    this.#connected = true;
    const heartbeat = setInterval(() => {
      // A server that works on a call may be too busy to answer.
      if (this.#calls === 0) void this.#probe();
    }, PING_EVERY_MS);
    heartbeat.unref();
    void this.closed.then(() => clearInterval(heartbeat));
  }

  /** Is the server still there? A lost HTTP connection shows in nothing else. */
  async #probe(): Promise<void> {
    if (this.#probing || !this.#connected) return;
    this.#probing = true;
    try {
      await this.#client.ping({ timeout: PING_TIMEOUT_MS });
    } catch (error) {
      const answered = error instanceof McpError && !LOST.has(error.code);
      if (!answered) await this.close();
    } finally {
      this.#probing = false;
    }
  }
}

const LOST: ReadonlySet<number> = new Set([ErrorCode.ConnectionClosed, ErrorCode.RequestTimeout]);
