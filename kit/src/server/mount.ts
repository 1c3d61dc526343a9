import { readBytes } from "./body.js";
import type { Exchange } from "./exchange.js";
import { report } from "./failure.js";
import { Problem } from "./problem.js";
import type { RequestContext } from "./request.js";
import type { Awaitable, UniversalResponse } from "./response.js";
import type { Router } from "./router.js";

/** A request for what is mounted: its sender is authenticated, its body read within the limits. */
export interface MountedRequest {
  readonly method: string;
  /** Path and query exactly as sent, the mount's own path included. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where there is none. */
  readonly body: Uint8Array;
}

/** A protocol beside the contract's own, on the same listener and behind the same authentication and limits. */
export interface Mount {
  /** Others are answered 405. */
  readonly methods: readonly string[];
  /** Answers a request. What it throws is answered as the contract answers errors. */
  handle(request: MountedRequest, context: RequestContext): Awaitable<UniversalResponse>;
}

/** Mounts by path. Each has its path and all below it. */
export type MountTable = Readonly<Record<string, Mount>>;

/** A mount and where it is. */
export interface MountMatch {
  readonly path: string;
  readonly mount: Mount;
}

const MOUNT_PATH = /^(?:\/[\w.~-]+)+$/;

/** Finds mounts for paths that the contract does not have. */
export class Mounts {
  readonly #mounts: readonly MountMatch[];

  /** @throws Error for what is no plain path, or is the contract's */
  constructor(table: MountTable, router: Router<unknown>) {
    this.#mounts = Object.entries(table).map(([path, mount]) => ({ path, mount }));
    for (const { path } of this.#mounts) {
      if (!MOUNT_PATH.test(path)) throw new Error(`mounts: "${path}" is no plain path such as "/mcp"`);
      if (router.find("", path).kind !== "none") throw new Error(`mounts: the contract has the path "${path}"`);
    }
  }

  find(path: string): MountMatch | undefined {
    return this.#mounts.find((mount) => path === mount.path || path.startsWith(`${mount.path}/`));
  }
}

/** Authenticates, reads the body and lets the mount answer. */
export async function callMount(exchange: Exchange, { path, mount }: MountMatch): Promise<UniversalResponse> {
  const { core, request } = exchange;
  exchange.operation = path;
  const principal = await core.authenticator.authenticate(core.service.security, request);
  const { method, target, headers } = request;
  if (!mount.methods.includes(method)) {
    const allow = mount.methods.join(", ");
    throw new Problem("method_not_allowed", undefined, { headers: { allow } });
  }
  const body = await new Promise<Uint8Array>((resolve, reject) => {
    readBytes(request, core.limits.body, resolve, reject);
  });
  const response = await mount.handle({ method, target, headers, body }, exchange.context(principal));
  if (typeof response.body !== "object" || response.body instanceof Uint8Array) return response;
  return { ...response, body: tracked(exchange, response.body) };
}

/** A stream that tells the exchange when it is over, also when nobody ever begins to read it. */
function tracked(exchange: Exchange, body: AsyncIterable<string | Uint8Array>): AsyncIterable<string | Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  const iterator: AsyncIterator<string | Uint8Array> = {
    async next() {
      try {
        const result = await chunks.next();
        if (result.done) exchange.end();
        return result;
      } catch (error) {
        report(exchange, error);
        exchange.end();
        throw error;
      }
    },
    async return() {
      exchange.end();
      await chunks.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Mounts a web-standard handler. Its request has the host `localhost`; the real one is in the headers. */
export function mountFetch(
  methods: readonly string[],
  handler: (request: Request, context: RequestContext) => Awaitable<Response>,
): Mount {
  return {
    methods,
    async handle({ method, target, headers, body }, context) {
      const { signal } = context;
      const init = { method, headers, signal, ...(body.length > 0 ? { body: body as Uint8Array<ArrayBuffer> } : {}) };
      const response = await handler(new Request(`http://localhost${target}`, init), context);
      const answer = { status: response.status, headers: Object.fromEntries(response.headers) };
      return response.body ? { ...answer, body: chunksOf(response.body, signal) } : answer;
    },
  };
}

/** The chunks of a stream, until it ends or the signal does. */
function chunksOf(stream: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const reader = stream.getReader();
  const leave = (): void => void reader.cancel(signal.reason).catch(() => undefined);
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      const { done, value } = await reader.read();
      if (!done) return { done, value };
      signal.removeEventListener("abort", leave);
      return { done, value: undefined };
    },
    async return() {
      signal.removeEventListener("abort", leave);
      leave();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
