import type { Operation, ServiceDescription } from "../operation.js";
import type { Attempt } from "./attempt.js";
import { type CredentialSet, credentialsFor, placeCredentials, sameCredentials } from "./auth.js";
import type { ClientOptions } from "./options.js";
import type { PreparedRequest } from "./request.js";

const MAX_REDIRECTS = 5;

type Send = (request: Request) => Promise<Response>;

/** Sends prepared requests: credentials, middleware, fetch. Every method is one attempt; retries are made above it. */
export class Transport {
  readonly service: ServiceDescription;
  readonly options: ClientOptions;
  /** Without trailing slash. */
  readonly baseUrl: string;

  constructor(service: ServiceDescription, options: ClientOptions) {
    const url = new URL(options.baseUrl ?? "http://localhost");
    if (url.username !== "" || url.search !== "" || url.hash !== "") {
      throw new TypeError("baseUrl must hold no credentials, query or fragment");
    }
    this.service = service;
    this.options = options;
    this.baseUrl = url.href.replace(/\/+$/, "");
  }

  /** Sends once; after a 401 once more, when the provider has newer credentials. */
  async send(operation: Operation, request: PreparedRequest, attempt: Attempt): Promise<Response> {
    const { service, options } = this;
    const credentials = await attempt.wait(credentialsFor(service, operation, options.auth));
    const response = await this.#exchange(request, credentials, attempt);
    if (response.status !== 401 || credentials.size === 0 || request.body?.replayable === false) return response;
    const fresh = await attempt.wait(credentialsFor(service, operation, options.auth, credentials));
    if (fresh.size === 0 || sameCredentials(fresh, credentials)) return response;
    await response.body?.cancel().catch(() => {});
    return this.#exchange(request, fresh, attempt);
  }

  async #exchange(prepared: PreparedRequest, credentials: CredentialSet, attempt: Attempt): Promise<Response> {
    const url = new URL(`${this.baseUrl}${prepared.target}`);
    const headers = new Headers(prepared.headers);
    const places = placeCredentials(this.service, credentials);
    for (const [name, value] of places.headers) if (!headers.has(name)) headers.set(name, value);
    if (places.cookies.length > 0) {
      const own = headers.get("cookie");
      headers.set("cookie", [...(own === null ? [] : [own]), ...places.cookies].join("; "));
    }
    // `URL.searchParams` would rewrite the query that the contract's styles have made.
    for (const [name, value] of places.query) {
      url.search += `${url.search === "" ? "?" : "&"}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    }
    let response = await this.#dispatch(requestOf(url, prepared, headers, attempt.signal), attempt);
    for (let hops = 0; hops < MAX_REDIRECTS && this.options.followRedirects; hops++) {
      const next = redirectOf(url, prepared.method, response);
      if (next === undefined) break;
      await response.body?.cancel().catch(() => {});
      response = await this.#dispatch(requestOf(next, prepared, headers, attempt.signal), attempt);
    }
    return response;
  }

  /** Through the middleware, outermost first, to fetch. */
  #dispatch(request: Request, attempt: Attempt): Promise<Response> {
    const { middleware = [], transport, fetch = transport?.fetch ?? globalThis.fetch } = this.options;
    const send: Send = async (request) => {
      try {
        // In two steps: a browser's fetch must not be called as a method of something else.
        return await attempt.wait(fetch(request), (late) => void late.body?.cancel().catch(() => {}));
      } catch (error) {
        throw attempt.explain(error);
      }
    };
    return middleware.reduceRight<Send>((next, wrap) => async (each) => wrap(each, next), send)(request);
  }
}

function requestOf(url: URL, { method, body }: PreparedRequest, headers: Headers, signal: AbortSignal): Request {
  const init: RequestInit & { duplex?: "half" } = { method, headers, signal, redirect: "manual" };
  if (body !== undefined) {
    init.body = body.content;
    // Fetch wants it said that a streamed body is sent before the answer is read.
    if (!body.replayable) init.duplex = "half";
  }
  return new Request(url, init);
}

/** Where a redirect leads, if it may be followed: GET and HEAD, and the same origin. */
function redirectOf(from: URL, method: string, { status, headers }: Response): URL | undefined {
  const location = headers.get("location");
  if (![301, 302, 303, 307, 308].includes(status) || location === null) return undefined;
  if (method !== "GET" && method !== "HEAD") return undefined;
  const url = URL.canParse(location, from) ? new URL(location, from) : undefined;
  return url?.origin === from.origin ? url : undefined;
}
