import { createServer, type ServerOptions as HttpOptions, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { DirectRequest } from "./adapters/direct-request.js";
import { DirectResponse } from "./adapters/direct-response.js";
import { toNode, write } from "./adapters/node.js";
import { SocketHost, type UpgradeHandler } from "./adapters/socket.js";
import type { Core } from "./core.js";
import { Problem } from "./problem.js";
import { byteLength } from "./respond.js";
import { onSignals } from "./signals.js";

export interface ListenOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Allow a host that others can reach although auth is disabled. Default false. */
  readonly allowInsecure?: boolean;
  /** How long a client may take, in milliseconds. A request that is slower is answered with 408, or cut off. */
  readonly timeouts?: Timeouts;
  /** Signals that close the server and then end the process. Default: SIGTERM; false: none. */
  readonly signals?: boolean | readonly NodeJS.Signals[];
}

export interface Timeouts {
  /** For the head of a request. Default 10 000. */
  readonly headers?: number;
  /** For a whole request, its body included. Default 60 000. */
  readonly request?: number;
  /** Until a kept connection without a request is closed. Default 5000. */
  readonly keepAlive?: number;
}

/** A server that takes requests. */
export interface Listening {
  /** Such as `http://127.0.0.1:8081`. */
  readonly url: string;
  readonly port: number;
  /** Closes the whole server, as its own `close`. */
  close(options?: { timeoutMs?: number }): Promise<void>;
}

/** Stops one listening server: resolves when its connections are over, at the latest after the time given. */
export type Stop = (timeoutMs: number) => Promise<void>;

interface Closable extends UpgradeHandler {
  close(options?: { timeoutMs?: number }): Promise<void>;
}

const MAX_HEADER_BYTES = 16 * 1024;
const IDLE_SWEEP_MS = 100;

export async function listen(
  server: Closable,
  core: Core,
  { port = 0, host = "127.0.0.1", allowInsecure = false, timeouts = {}, signals = true }: ListenOptions,
): Promise<{ listening: Listening; stop: Stop }> {
  if (core.authenticator.mode === "disabled" && !isLoopback(host) && !allowInsecure) {
    throw new Error(
      `${host} can be reached by others, but auth is disabled: set options.auth, listen on 127.0.0.1, ` +
        "or pass allowInsecure: true when something in front of this server authenticates",
    );
  }
  const answer = toNode(server);
  const http = createServer(httpOptions(timeouts), (request, response) => {
    if (request.headers.host !== undefined || request.httpVersion === "1.0") answer(request, response);
    else write(response, notHttp(core, 400, "The request has no Host."));
  });
  // A server may ignore what it does not know (RFC 9110, 10.1.1); node would answer without a body.
  http.on("checkExpectation", answer);
  const sockets = new SocketHost(server);
  http.on("upgrade", sockets.upgrade);
  http.on("clientError", (error, socket) => refuse(core, error, socket));
  await bind(http, port, host);
  const bound = (http.address() as AddressInfo).port;
  const forget = onSignals(signals, () => server.close());
  core.log.info({ host, port: bound }, "listening");
  return {
    listening: {
      url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
      port: bound,
      close: (options) => server.close(options),
    },
    stop: (timeoutMs) => stop(http, sockets, timeoutMs).finally(forget),
  };
}

function httpOptions({ headers = 10_000, request = 60_000, keepAlive = 5000 }: Timeouts): HttpOptions {
  return {
    IncomingMessage: DirectRequest,
    ServerResponse: DirectResponse,
    headersTimeout: Math.min(headers, request),
    requestTimeout: request,
    keepAliveTimeout: keepAlive,
    // Node looks at its connections this often, and so may be that much late.
    connectionsCheckingInterval: Math.min(10_000, headers, request),
    maxHeaderSize: MAX_HEADER_BYTES,
    // Node's own refusal has no body.
    requireHostHeader: false,
  };
}

async function bind(http: HttpServer, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    http.once("error", (error: NodeJS.ErrnoException) => reject(explained(error, port, host)));
    http.listen(port, host, () => {
      http.removeAllListeners("error");
      resolve();
    });
  });
}

function explained(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is in use: stop what uses it, or choose another port`,
    EACCES: `port ${port} on ${host} is not allowed for this user: choose one above 1023`,
    EADDRNOTAVAIL: `${host} is no address of this machine`,
  };
  return new Error(reasons[error.code ?? ""] ?? `cannot listen on ${host}:${port}: ${error.message}`, { cause: error });
}

async function stop(http: HttpServer, sockets: SocketHost, timeoutMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  // A kept connection turns idle when its last response is out, and node would then wait for the client.
  const sweep = setInterval(() => http.closeIdleConnections(), IDLE_SWEEP_MS);
  const cut = setTimeout(() => {
    http.closeAllConnections();
    sockets.terminate();
  }, timeoutMs);
  http.closeIdleConnections();
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}

/** Answers what node could not read as HTTP. */
function refuse(core: Core, error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  const text = { 400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large" }[status];
  const message = status === 400 ? "The request is not valid HTTP." : `${text}.`;
  const { headers, body } = notHttp(core, status, message);
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${text}\r\n${head.join("")}\r\n${body}`);
}

function notHttp({ service: { errors } }: Core, status: number, message: string) {
  const body = JSON.stringify(new Problem("invalid_request", message, { status }).toBody(errors));
  const headers = { "content-type": errors.media, "content-length": String(byteLength(body)), connection: "close" };
  return { status, headers, body };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
