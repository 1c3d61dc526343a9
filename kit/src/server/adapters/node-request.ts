import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import type { RequestBody, UniversalRequest } from "../request.js";
import { Collector } from "./collector.js";
import { DirectRequest } from "./direct-request.js";

/** A node request as the pipeline wants it. What only a few methods need is made when they ask for it. */
export class NodeRequest implements UniversalRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody | undefined;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: Writable;
  #gone: AbortController | undefined;

  /** @param outgoing what closes when the client is gone: the response, or the socket of an upgrade */
  constructor(incoming: IncomingMessage, outgoing: Writable, target: string) {
    this.method = incoming.method ?? "GET";
    this.target = target.startsWith("/") ? target : originForm(target);
    this.headers = singleHeaders(incoming.headers);
    this.body = hasBody(this.headers) ? new NodeBody(incoming) : undefined;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  get remote(): string | undefined {
    return this.#incoming.socket.remoteAddress;
  }

  get signal(): AbortSignal {
    if (!this.#gone) {
      const gone = new AbortController();
      this.#gone = gone;
      if (this.#outgoing.destroyed) gone.abort();
      else this.#outgoing.once("close", () => gone.abort());
    }
    return this.#gone.signal;
  }
}

class NodeBody implements RequestBody {
  readonly #incoming: IncomingMessage;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
  }

  collect(limit: number, done: (bytes: Uint8Array | undefined) => void, cut: () => void): void {
    const incoming = this.#incoming;
    if (incoming.destroyed) {
      cut();
      return;
    }
    const collector = new Collector(limit, done, cut);
    if (incoming instanceof DirectRequest && incoming.bringTo(collector)) return;
    incoming.on("data", (chunk: Uint8Array) => collector.add(chunk));
    incoming.on("end", () => collector.end());
    incoming.on("close", () => collector.cut());
  }

  /** Leaving early must not destroy the socket: a refusal still has to be written to it. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  }
}

/** Each field as one text; node itself has joined all but `set-cookie`, which makes no sense in a request. */
function singleHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  if (headers["set-cookie"] === undefined) return headers as Record<string, string>;
  return { ...headers, "set-cookie": headers["set-cookie"].join(", ") } as Record<string, string>;
}

/** A proxy may send the whole URL as target (RFC 9112, 3.2.2). */
function originForm(target: string): string {
  const start = target.indexOf("://");
  const path = start < 0 ? -1 : target.indexOf("/", start + 3);
  return path < 0 ? "/" : target.slice(path);
}

function hasBody(headers: Readonly<Record<string, string>>): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
