import type { Pagination } from "../operation.js";
import { Call } from "./call.js";
import { valueAt } from "./pointer.js";
import type { CallResponse } from "./response.js";

/**
 * A list that comes in pages: a promise of the first page, and an async iterable of the items of all pages. The
 * first page is fetched once, however it is used.
 */
export class PagedCall<Page, Item> extends Call<Page> implements AsyncIterable<Item> {
  readonly #pagination: Pagination;
  readonly #fetchAfter: (cursor: string | number) => Promise<CallResponse<Page>>;

  constructor(
    pagination: Pagination,
    start: () => Promise<CallResponse<Page>>,
    fetchAfter: (cursor: string | number) => Promise<CallResponse<Page>>,
  ) {
    super(start);
    this.#pagination = pagination;
    this.#fetchAfter = fetchAfter;
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
      ({ body } = await this.#fetchAfter(cursor));
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) {
      const items = valueAt(page, this.#pagination.items);
      if (Array.isArray(items)) yield* items as Item[];
    }
  }

  #cursorOf(page: Page): string | number | undefined {
    const next = valueAt(page, this.#pagination.next);
    if (next === "" || (typeof next !== "string" && typeof next !== "number")) return undefined;
    if (this.#pagination.cursor.type === "string") return String(next);
    const number = Number(next);
    return Number.isSafeInteger(number) ? number : undefined;
  }
}
