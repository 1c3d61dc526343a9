import type { UniversalRequest } from "../request.js";
import type { UniversalResponse } from "../response.js";

type Handle = (request: UniversalRequest) => Promise<UniversalResponse>;

/** Puts a universal handler on the web-standard `(Request) => Response`. */
export function fetchHandler(handle: Handle): (request: Request) => Promise<Response> {
  return async (request) => {
    const gone = new AbortController();
    const leave = (): void => gone.abort(request.signal.reason);
    if (request.signal.aborted) leave();
    else request.signal.addEventListener("abort", leave, { once: true });
    const response = await handle({
      method: request.method,
      target: targetOf(request.url),
      headers: Object.fromEntries(request.headers),
      body: request.body ? chunksOf(request.body) : undefined,
      signal: gone.signal,
    });
    const { status, headers, body } = response;
    const bodyless = body === undefined || status === 204 || status === 304;
    return new Response(bodyless ? null : encodeBody(body, gone), { status, headers });
  };
}

/** Path and query as they are in the URL; `URL` itself has already resolved dot segments. */
export function targetOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const target = start < 0 ? "/" : url.slice(start);
  return target.split("#", 1)[0] ?? target;
}

function encodeBody(body: NonNullable<UniversalResponse["body"]>, gone: AbortController): BodyInit {
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>;
  return streamOf(body, gone);
}

/** A stream that pulls a chunk only when its reader wants one, and tells the handler when the reader leaves. */
function streamOf(body: AsyncIterable<string | Uint8Array>, gone: AbortController): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
      },
      async cancel(reason) {
        gone.abort(reason);
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
