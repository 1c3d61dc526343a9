import type { Media, Operation, ServiceDescription } from "../operation.js";
import { Attempt } from "./attempt.js";
import { Call } from "./call.js";
import { ClientChannel } from "./channel.js";
import { type CallOptions, type ChannelOptions, type ClientOptions, type StreamOptions, validates } from "./options.js";
import { PagedCall } from "./page.js";
import { type PreparedRequest, prepare, type RequestObject } from "./request.js";
import { type CallResponse, readResponse } from "./response.js";
import { withRetries } from "./retry.js";
import { ItemStream } from "./stream.js";
import { Transport } from "./transport.js";

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RETRIES = 2;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * What every generated client is: one short method an operation calls one of these four with the operation's name.
 * Streams and channels load their machinery on first use.
 */
export class Client {
  readonly #transport: Transport;

  constructor(service: ServiceDescription, options: ClientOptions = {}) {
    this.#transport = new Transport(service, options);
  }

  /** Calls an operation. Throws (in the promise) one of the errors of `errors.ts`. */
  call<T>(name: string, request?: RequestObject, options?: CallOptions): Call<T> {
    const operation = this.#operation(name);
    return new Call(() => this.#exchange<T>(operation, request, options));
  }

  /** Calls an operation that answers in pages. */
  paginate<Page, Item>(name: string, request?: RequestObject, options?: CallOptions): PagedCall<Page, Item> {
    const operation = this.#operation(name);
    const { pagination } = operation;
    if (pagination === undefined) throw new TypeError(`${name} has no pagination`);
    return new PagedCall(
      pagination,
      () => this.#exchange<Page>(operation, request, options),
      (cursor) => {
        const query = { ...request?.query, [pagination.cursor.name]: cursor };
        return this.#exchange<Page>(operation, { ...request, query }, options);
      },
    );
  }

  /** Opens a stream of items, when it is first read. */
  stream<Item>(name: string, request?: RequestObject, options: StreamOptions = {}): ItemStream<Item> {
    const operation = this.#operation(name);
    return new ItemStream<Item>(this.#transport, operation, options, (accept) =>
      this.#prepare(operation, request, options, accept),
    );
  }

  /** Opens a channel, at once; it stays open until it is closed. */
  channel<In, Out = never>(name: string, request?: RequestObject, options?: ChannelOptions): ClientChannel<In, Out> {
    const { channels } = this.#transport.service;
    const description = Object.hasOwn(channels, name) ? channels[name] : undefined;
    if (description === undefined) throw new TypeError(`no channel named ${name}`);
    return new ClientChannel<In, Out>(this.#transport, description, request ?? {}, options ?? {});
  }

  #operation(name: string): Operation {
    const { operations } = this.#transport.service;
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (operation === undefined) throw new TypeError(`no operation named ${name}`);
    return operation;
  }

  async #exchange<T>(
    operation: Operation,
    request?: RequestObject,
    options: CallOptions = {},
  ): Promise<CallResponse<T>> {
    const { service, options: defaults } = this.#transport;
    const prepared = await this.#prepare(operation, request, options, options.accept ?? acceptOf(service, operation));
    const retries = prepared.repeatable ? (options.retries ?? defaults.retries ?? DEFAULT_RETRIES) : 0;
    return withRetries(operation.name, retries, options.signal, async () => {
      const attempt = new Attempt(operation.name, options.signal);
      try {
        attempt.arm(options.timeoutMs ?? defaults.timeoutMs ?? DEFAULT_TIMEOUT_MS);
        const response = await this.#transport.send(operation, prepared, attempt);
        const validate = validates("responses", options.validate, defaults.validate);
        const maxBytes = defaults.maxResponseBytes ?? DEFAULT_MAX_BYTES;
        return (await readResponse(response, { service, operation, attempt, maxBytes, validate })) as CallResponse<T>;
      } finally {
        attempt.release();
      }
    });
  }

  #prepare(
    operation: Operation,
    request: RequestObject | undefined,
    options: CallOptions,
    accept: string,
  ): Promise<PreparedRequest> {
    const { options: defaults } = this.#transport;
    return prepare(operation, request, {
      validate: validates("requests", options.validate, defaults.validate),
      accept,
      contentType: options.contentType,
      headers: [{ "user-agent": defaults.userAgent }, defaults.headers, options.headers],
    });
  }
}

/** Every whole media type of the operation's successes, and that of its errors. */
function acceptOf({ errors }: ServiceDescription, { responses }: Operation): string {
  const content = Object.entries(responses)
    .filter(([status]) => /^[23]/.test(status))
    .flatMap(([, row]): readonly Media[] => row.content ?? [])
    .filter(({ format }) => format !== "stream");
  return [...new Set([...content.map(({ type }) => type), errors.media])].join(", ");
}
