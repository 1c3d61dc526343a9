import { engineOf, exchange, planOf } from "./engine.js";
import type { CallOptions, ClientOptions } from "./options.js";
import type { Part } from "./part.js";
import { plain } from "./plain.js";
import type { CallResponse, Engine } from "./plan.js";
import type { Arguments, CallRow, RequestObject, Row, ServiceFacts } from "./row.js";

/** What a caller without parts is made with. */
export interface CallerOptions extends Pick<ClientOptions, "headers" | "maxResponseBytes"> {
  readonly baseUrl: string;
  /** Of the same `calls` module, for the parts that need to know it. */
  readonly service?: ServiceFacts;
}

/** What every call may change. */
export type PlainOptions = Pick<CallOptions, "signal" | "headers" | "accept" | "contentType">;

/** Calls an operation by its row; `Options` are those of the parts that it was made with. */
export interface Caller<Options = unknown> {
  <Request, Body, Header>(
    row: CallRow<Request, Body, Header>,
    ...args: Arguments<Request, PlainOptions & Options>
  ): Promise<CallResponse<Body, Header>>;
  readonly engine: Engine;
}

/**
 * Calls operations one by one, for pages where every byte counts: a bundle holds the rows that are called and the
 * parts that are named. Without parts it sends once, reads JSON of any size, and checks nothing; its errors know
 * their status and body.
 *
 * @example
 * const call = createCaller({ baseUrl, service }, retries(), authentication(bearer(token)));
 * const { body } = await call(getTool, { path: { tool_id: "adder" } });
 */
export function createCaller<Options = unknown>(
  options: CallerOptions,
  ...parts: readonly Part<Options>[]
): Caller<Options> {
  const engine = engineOf(options, options.service, [plain, ...parts]);
  const call = (row: Row, request?: RequestObject, options?: CallOptions) =>
    exchange(planOf(engine, row), request, options);
  return Object.assign(call as unknown as Caller<Options>, { engine });
}
