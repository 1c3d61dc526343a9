import type { Pagination } from "../operation.js";
import { Call } from "./call.js";
import type { Caller } from "./caller.js";
import type { Client } from "./client.js";
import { exchange, planNamed } from "./engine.js";
import type { CallOptions } from "./options.js";
import type { CallResponse, Engine, Plan } from "./plan.js";
import { valueAt } from "./pointer.js";
import type { Arguments, CallRow, RequestObject, Row } from "./row.js";

/** Calls an operation that answers in pages: one of a client, by name. */
export function paginate<Page, Item, Header = object>(
  client: Client,
  name: string,
  request?: RequestObject,
  options?: CallOptions,
): PagedCall<Page, Item, Header>;
/** Calls an operation that answers in pages, by its row. */
export function paginate<Request, Page, Header, Item = unknown, Options = unknown>(
  caller: Caller<Options>,
  row: PagedRow<Request, Page, Item, Header>,
  ...args: Arguments<Request, CallOptions & Options>
): PagedCall<Page, Item, Header>;
export function paginate(
  { engine }: { readonly engine: Engine },
  row: Row | string,
  request?: unknown,
  options?: CallOptions,
): PagedCall<unknown, unknown> {
  return new PagedCall(planNamed(engine, row), request as RequestObject | undefined, options);
}

/** The row of an operation that answers in pages. */
export type PagedRow<Request = unknown, Page = unknown, Item = unknown, Header = object> = CallRow<
  Request,
  Page,
  Header
> & { readonly types: { readonly item: Item } };

/**
 * A list that comes in pages: a promise of the first page, and an async iterable of the items of all pages. The
 * first page is fetched once, however it is used.
 */
export class PagedCall<Page, Item, Header = object> extends Call<Page, Header> implements AsyncIterable<Item> {
  readonly #pagination: Pagination;
  readonly #after: (cursor: string | number) => Promise<CallResponse<unknown>>;

  constructor(plan: Plan, request?: RequestObject, options?: CallOptions) {
    const { name, pagination } = plan.row;
    if (pagination === undefined) throw new TypeError(`${name} has no pagination`);
    super(exchange(plan, request, options) as Promise<CallResponse<Page, Header>>);
    this.#pagination = pagination;
    this.#after = (cursor) =>
      exchange(plan, { ...request, query: { ...request?.query, [pagination.cursor.name]: cursor } }, options);
  }

  /**
   * The pages one after the other, each fetched when it is asked for. The end is a cursor that is absent, null or
   * empty, or one that was already used: a server that repeats itself must not keep a client busy for ever.
   */
  async *pages(): AsyncGenerator<Page, void, undefined> {
    const used = new Set<string | number>();
    let { body } = await this.withResponse();
    for (;;) {
      yield body;
      const cursor = this.#cursorOf(body);
      if (cursor === undefined || used.has(cursor)) return;
      used.add(cursor);
      ({ body } = (await this.#after(cursor)) as { body: Page });
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) {
      const items = valueAt(page, this.#pagination.items);
      if (Array.isArray(items)) yield* items as Item[];
    }
  }

  #cursorOf(page: Page): string | number | undefined {
    const { next, cursor } = this.#pagination;
    const value = valueAt(page, next);
    if (typeof value !== "number" && (typeof value !== "string" || value === "")) return undefined;
    return cursor.type === "string" ? String(value) : Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  }
}
