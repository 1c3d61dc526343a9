/** Operations that answer with a stream of items: SSE, NDJSON or JSON text sequences. */

import type { Caller } from "../caller.js";
import type { Client } from "../client.js";
import { planNamed } from "../engine.js";
import type { StreamOptions } from "../options.js";
import type { Engine } from "../plan.js";
import type { Arguments, RequestObject, Row, StreamRow } from "../row.js";
import { ItemStream } from "./stream.js";

export { ItemStream, type StreamResponse } from "./stream.js";

/** Opens a stream of items, when it is first read: an operation of a client, by name. */
export function stream<Item>(
  client: Client,
  name: string,
  request?: RequestObject,
  options?: StreamOptions,
): ItemStream<Item>;
/** Opens a stream of items, when it is first read: an operation by its row. */
export function stream<Request, Item, Options>(
  caller: Caller<Options>,
  row: StreamRow<Request, Item>,
  ...args: Arguments<Request, StreamOptions & Options>
): ItemStream<Item>;
export function stream(
  { engine }: { readonly engine: Engine },
  row: Row | string,
  request?: unknown,
  options?: StreamOptions,
): ItemStream<unknown> {
  return new ItemStream(planNamed(engine, row), request as RequestObject | undefined, options);
}
