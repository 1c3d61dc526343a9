import type { ServiceDescription } from "../operation.js";
import type { ClientOptions } from "./options.js";
import type { EncodedBody, ParameterWriter, Steps } from "./part.js";
import type { RequestObject, Row, ServiceFacts } from "./row.js";

/** What calls one service: where it is, and how. */
export interface Engine {
  /** Without trailing slash. */
  readonly baseUrl: string;
  readonly service: (ServiceFacts & Partial<Pick<ServiceDescription, "operations" | "channels">>) | undefined;
  readonly options: ClientOptions;
  readonly part: Steps;
  /** Plans that were worked out already; rows are constants of a module. */
  readonly plans: Map<Row, Plan>;
}

/** Everything about an operation that is the same in all of its calls. */
export interface Plan {
  readonly row: Row;
  readonly engine: Engine;
  /** The engine's parts and the operation's own. */
  readonly part: Steps;
  readonly parameters: ParameterWriter;
  /** The `Accept` header of a call. */
  readonly accept: string;
}

/** A request that is ready to be sent any number of times, unless its body says otherwise. */
export interface PreparedRequest {
  readonly method: string;
  /** Path and query, to be put behind the base URL. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: EncodedBody | undefined;
  /** What it was made of, with its idempotency key. */
  readonly source: RequestObject;
}

/** What a call needs of a `Response`. */
export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly type?: ResponseType;
  text(): Promise<string>;
  /** One header, where a transport knows it without making `Headers`. */
  header?(name: string): string | null;
  /**
   * The whole body, where a transport has a shorter way to it that ends with the attempt; a promise of `undefined` when
   * it has more bytes.
   */
  chunks?(maxBytes: number): Promise<Uint8Array[] | undefined> | undefined;
}

/** An answer with its body decoded. */
export interface CallResponse<Body, Header = object> {
  readonly body: Body;
  readonly status: number;
  readonly headers: Headers;
  /** The headers that the contract declares, as it types them; one that is missing or unreadable is left out. */
  readonly header: Header;
}

/** One attempt of a call, as far as sending and reading care. */
export interface Trial {
  readonly signal: AbortSignal | undefined;
  /** Where it is there, a cheaper way than the signal to hear of the end. */
  onEnd?(stop: (reason: unknown) => void): void;
  /** No longer calls what was given to {@link onEnd}. */
  forget?(stop: (reason: unknown) => void): void;
  /** Waits for a promise, at most until the attempt ends; `abandoned` then gets what comes too late. */
  wait<T>(promise: Promise<T>, abandoned?: (value: T) => void): Promise<T>;
  /** The same for an answer: a failure is what {@link explain} makes of it, and nobody reads what comes too late. */
  answer<T extends Answer>(promise: Promise<T>): Promise<T>;
  /** What the caller should see of a failure of the network. */
  explain(error: unknown): unknown;
}
