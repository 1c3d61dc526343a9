import { type Mount, mountFetch, Problem, type RequestContext } from "@agentwire/kit/server";
import type { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { newId } from "../../shared/ids.js";
import type { ToolDirectory } from "./directory.js";
import { type OriginOptions, refuseForeignPages } from "./origins.js";

/** Settings of the MCP endpoint. */
export interface McpEndpointOptions extends OriginOptions {
  /** Sessions at the same time; one more ends the one that was idle longest. Default 1000. */
  readonly maxSessions?: number;
  /** Milliseconds after which a session that nobody uses ends. Default 30 minutes. */
  readonly idleMs?: number;
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** Whose it is; nobody else can use it. */
  readonly subject: string;
  usedAt: number;
}

const SESSION_HEADER = "mcp-session-id";
const DEFAULT_MAX_SESSIONS = 1000;
const DEFAULT_IDLE_MS = 30 * 60_000;
const SWEEP_EVERY_MS = 60_000;

/** A tool registry as an MCP server over streamable HTTP: `mounts: { "/mcp": endpoint.mount }`. */
export class McpEndpoint {
  readonly mount: Mount = mountFetch(["GET", "POST", "DELETE"], (request, context) => this.#answer(request, context));
  readonly #options: McpEndpointOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #sweeping: NodeJS.Timeout;

  #directory: ToolDirectory | undefined;

  constructor(options: McpEndpointOptions = {}) {
    this.#options = options;
    const { idleMs = DEFAULT_IDLE_MS } = options;
    this.#sweeping = setInterval(() => this.#endIdle(Date.now() - idleMs), Math.min(SWEEP_EVERY_MS, idleMs));
    this.#sweeping.unref();
  }

  /** Says what to offer: a server has its mounts before it has its tools. */
  offer(directory: ToolDirectory): void {
    this.#directory = directory;
  }

  /** Ends the streams on which sessions listen for news; calls under way go on. */
  endStreams(): void {
    for (const { transport } of this.#sessions.values()) transport.closeStandaloneSSEStream();
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    await Promise.all([...this.#sessions.values()].map(({ transport }) => transport.close()));
  }

  async #answer(request: Request, context: RequestContext): Promise<Response> {
    refuseForeignPages(context.headers, context, this.#options);
    const subject = context.principal?.subject ?? "";
    const id = request.headers.get(SESSION_HEADER);
    if (id === null) return await this.#open(request, subject);
    const session = this.#sessions.get(id);
    if (session?.subject !== subject) return unknownSession();
    session.usedAt = Date.now();
    return await session.transport.handleRequest(request);
  }

  /** The first request of a session. Any other without one is refused by the transport. */
  async #open(request: Request, subject: string): Promise<Response> {
    const [{ WebStandardStreamableHTTPServerTransport }, { mcpServerOf }] = await Promise.all([
      import("@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js"),
      import("./server.js"),
    ]);
    if (!this.#directory) throw new Problem("unavailable");
    const transport: WebStandardStreamableHTTPServerTransport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => newId("mcp"),
      onsessioninitialized: (id) => this.#add(id, { transport, subject, usedAt: Date.now() }),
    });
    // The SDK's types were not made for `exactOptionalPropertyTypes`.
    await mcpServerOf(this.#directory).connect(transport as Transport);
    const answer = await transport.handleRequest(request);
    if (transport.sessionId === undefined) await transport.close();
    return answer;
  }

  #add(id: string, session: Session): void {
    const { maxSessions = DEFAULT_MAX_SESSIONS } = this.#options;
    if (this.#sessions.size >= maxSessions) {
      const idle = [...this.#sessions.values()].reduce((old, other) => (other.usedAt < old.usedAt ? other : old));
      void idle.transport.close();
    }
    this.#sessions.set(id, session);
    const { onclose } = session.transport;
    session.transport.onclose = () => {
      this.#sessions.delete(id);
      onclose?.();
    };
  }

  #endIdle(before: number): void {
    for (const { transport, usedAt } of this.#sessions.values()) {
      if (usedAt < before) void transport.close();
    }
  }
}

/** As the protocol wants it: the client begins a new session. */
function unknownSession(): Response {
  const error = { code: -32001, message: "Session not found" };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 404 });
}
