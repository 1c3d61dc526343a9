import type { Media } from "../../operation.js";
import { Attempt } from "../attempt.js";
import { encode } from "../engine.js";
import { AbortedError } from "../errors.js";
import type { StreamOptions } from "../options.js";
import type { Plan } from "../plan.js";
import type { RequestObject, Row } from "../row.js";
import { readItems } from "./resume.js";

/** Status and headers of a stream's first answer. */
export interface StreamResponse {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * The items of one streamed answer, to be read once with `for await`. The request leaves when the first item, or
 * `response`, is asked for; `break` aborts it. Where the contract says how, a lost connection is resumed unseen.
 *
 * Throws what a call throws, `ConnectionError` when the stream is lost for good, `StreamLimitError` for an item
 * that is too large.
 */
export class ItemStream<Item> implements AsyncIterable<Item> {
  readonly #life: Attempt;
  readonly #items: AsyncGenerator<unknown, void, undefined>;
  readonly #response: Promise<StreamResponse>;
  #first: Promise<IteratorResult<unknown, void>> | undefined;
  #taken = false;
  #cancelled = false;

  constructor(plan: Plan, request: RequestObject = {}, options: StreamOptions = {}) {
    const operation = plan.row;
    const life = new Attempt(operation.name, options.signal);
    this.#life = life;
    let answered: (response: StreamResponse) => void = () => {};
    let failed: (error: unknown) => void = () => {};
    this.#response = new Promise<StreamResponse>((resolve, reject) => {
      answered = resolve;
      failed = reject;
    });
    this.#response.catch(() => {});
    this.#items = (async function* () {
      try {
        const media = streamMedia(operation, options.accept);
        const accept = [media[0]?.type, plan.engine.service?.errors.media ?? "application/json"].join(", ");
        const source = plan.part.complete?.(operation, request) ?? request;
        await plan.part.check?.(operation, source, options);
        const prepared = encode(plan, source, { ...options, accept });
        yield* readItems({ plan, options, prepared, media, life, answered });
      } catch (error) {
        failed(error);
        throw error;
      } finally {
        life.release();
      }
    })();
  }

  /** Status and headers of the first answer. Asking for it opens the stream. */
  get response(): Promise<StreamResponse> {
    if (!this.#taken) {
      this.#first ??= this.#items.next();
      this.#first.catch(() => {});
    }
    return this.#response;
  }

  /** Aborts the request, if there is one; iteration ends. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
    this.#life.end(new AbortedError(this.#life.operation));
    this.#life.release();
    await this.#items.return().catch(() => {});
  }

  /** Throws `TypeError` when called a second time: the items of a stream are gone once they were read. */
  [Symbol.asyncIterator](): AsyncIterator<Item, void, undefined> {
    if (this.#taken) throw new TypeError("a stream can be read only once");
    this.#taken = true;
    return {
      next: () => this.#next() as Promise<IteratorResult<Item, void>>,
      // A generator would queue this behind a `next` that waits for the server.
      return: async () => {
        await this.cancel();
        return { done: true, value: undefined };
      },
    };
  }

  async #next(): Promise<IteratorResult<unknown, void>> {
    const first = this.#first;
    this.#first = undefined;
    try {
      return await (first ?? this.#items.next());
    } catch (error) {
      if (this.#cancelled) return { done: true, value: undefined };
      throw error;
    }
  }
}

/** The stream media types of the operation's successes, the one asked for first. */
function streamMedia({ name, responses = {} }: Row, accept: string | undefined): Media[] {
  const declared = Object.entries(responses)
    .filter(([status]) => /^2/.test(status))
    .flatMap(([, row]) => row.content ?? [])
    .filter(({ format }) => format === "stream");
  const wanted = accept === undefined ? declared[0] : declared.find(({ type }) => type === accept);
  if (wanted === undefined) throw new TypeError(`${name} does not stream ${accept ?? "anything"}`);
  return [wanted, ...declared.filter((media) => media !== wanted)];
}
