import type { Media } from "../operation.js";
import type { CallOptions } from "./options.js";
import type { Answer, CallResponse, Engine, Plan, PreparedRequest, Trial } from "./plan.js";
import type { RequestObject, Row, ServiceFacts } from "./row.js";

/**
 * What a caller can do beyond sending JSON and reading JSON. A part takes the place of one or more steps of a call;
 * a bundle holds the parts that are named in it, and no other. `Options` are those it adds to each call.
 */
export interface Part<Options = unknown> {
  /** Never there at run time. */
  readonly takes?: (options: Options) => void;
  /** Adds to the request what the caller may leave out. */
  readonly complete?: (row: Row, request: RequestObject) => RequestObject;
  /** Judges the request. Throws `InvalidRequestError`. */
  readonly check?: (row: Row, request: RequestObject, options: CallOptions) => void | Promise<void>;
  /** How the parameters of an operation or channel are written; made once for it. */
  readonly parameters?: (row: Pick<Row, "name" | "path" | "parameters">) => ParameterWriter;
  /** Writes a body as one of the operation's media types, the first by default. */
  readonly write?: (row: Row, value: unknown, contentType: string | undefined) => EncodedBody | undefined;
  /** The media types to ask for. */
  readonly accept?: (row: Row, service: ServiceFacts | undefined) => string;
  /** The engine of an operation of a client that is not where the others are; the same one each time. */
  readonly locate?: (row: Row, engine: Engine) => Engine | undefined;
  /** Makes attempts until one succeeds or none can. */
  readonly repeat?: <T>(
    plan: Plan,
    request: PreparedRequest,
    options: CallOptions,
    attempt: (trial: Trial) => Promise<T>,
  ) => Promise<T>;
  /** Sends once or, when credentials are refused, twice. */
  readonly authorize?: (plan: Plan, request: PreparedRequest, trial: Trial, send: Send) => Promise<Answer>;
  /** Takes the place of `fetch`. */
  readonly send?: Send;
  /** Judges a body, or an item of a stream, that was received. Throws `InvalidResponseError`. */
  readonly judge?: (plan: Plan, media: Media, value: unknown, options: CallOptions) => void | Promise<void>;
  /** Reads an answer that may be more than JSON. */
  readonly read?: (plan: Plan, answer: Answer, trial: Trial, options: CallOptions) => Promise<CallResponse<unknown>>;
}

/** A part in which no step is missing that every call takes. */
export type Steps = Part & Required<Pick<Part, "parameters" | "accept" | "write" | "read">>;

/** Sends one request. */
export type Send = (plan: Plan, request: PreparedRequest, trial: Trial) => Promise<Answer>;

/** Writes the parameters of one operation. Throws `EncodeError`. */
export interface ParameterWriter {
  /** Path and query, to be put behind the base URL. */
  target(request: RequestObject): string;
  /** Adds the header and cookie parameters. */
  headers?(request: RequestObject, headers: Record<string, string>): void;
}

/** A request body as `fetch` takes it. */
export interface EncodedBody {
  readonly content: BodyInit;
  /** Absent for multipart: only `fetch` knows the boundary. */
  readonly type: string | undefined;
  /** Set when the content is a stream: it can be sent only once. */
  readonly once?: boolean;
}
