import type { FetchLike } from "@modelcontextprotocol/sdk/shared/transport.js";

const NEW_LINE = 10;

/** A `fetch` whose answers break off where they are too large: the whole of them, or one line of an event stream. */
export function sizeLimited(fetch: FetchLike, maxBytes: number): FetchLike {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (!response.body) return response;
    const lines = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(limit(maxBytes, lines)), { status, statusText, headers });
  };
}

function limit(maxBytes: number, lines: boolean): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const lastLine = lines ? chunk.lastIndexOf(NEW_LINE) : -1;
      bytes = lastLine < 0 ? bytes + chunk.length : chunk.length - lastLine;
      if (bytes > maxBytes) controller.error(new Error(`the answer is larger than ${maxBytes} bytes`));
      else controller.enqueue(chunk);
    },
  });
}
