/**
 * The row types of the tables a generated package holds: one row an operation or channel, read by the
 * client and by the server base. A row is plain data and schema loaders, so a fix in the kit needs no
 * regeneration.
 */
import type { Schema } from "./validation/types.js";

export type HttpMethod = "GET" | "PUT" | "POST" | "DELETE" | "OPTIONS" | "HEAD" | "PATCH" | "TRACE" | (string & {});

/** Where a parameter travels. */
export type ParameterPlace = "path" | "query" | "header" | "cookie";

/**
 * How text from the wire becomes the value that the schema describes. `scalar`: a number, true or false where the text
 * spells one, else text.
 */
export type ParameterType = "string" | "integer" | "number" | "boolean" | "scalar" | "array" | "object" | "json";

/** One parameter of an operation: its wire name, its place and its OpenAPI serialisation. */
export interface Parameter {
  readonly name: string;
  readonly in: ParameterPlace;
  readonly required?: true;
  readonly type: ParameterType;
  /** For `array`: the type of one item. For `object`: of members that are not named. */
  readonly items?: ParameterType;
  /** For `object`: the types of named members. */
  readonly members?: Readonly<Record<string, ParameterType>>;
  /** For `object`: of a value that is none, where the contract allows one in its place. Default `string`. */
  readonly plain?: ParameterType;
  /** Default: `form` in query and cookie, `simple` in path and header. */
  readonly style?: "matrix" | "label" | "simple" | "form" | "spaceDelimited" | "pipeDelimited" | "deepObject";
  /** Default: true for `form`, else false. */
  readonly explode?: boolean;
  /** Reserved characters (RFC 3986) go out unencoded. */
  readonly allowReserved?: true;
}

/** How one media type carries a value. */
export interface Media {
  /** Media type as in the contract, in lower case and without parameters, such as `application/json`. */
  readonly type: string;
  /** The codec, decided by the generator from the media type. */
  readonly format: "json" | "text" | "form" | "multipart" | "binary" | "stream";
  /** The JSON types of its bodies, where they tell it from the media types before it in the list. */
  readonly of?: readonly ("object" | "array" | "string" | "number" | "boolean" | "null")[];
  /** The schema of the whole content, or of one item when `format` is `stream`. */
  readonly schema?: Schema;
  /** Set when `format` is `stream`. */
  readonly stream?: Stream;
  /** `form` and `multipart`: what the texts of a field stand for. A field that is not listed is what it comes as. */
  readonly fields?: Readonly<Record<string, FormField>>;
}

/** A form field; the items of an `array` come as one field each. */
export interface FormField {
  /** `json`: the whole value, an array too, is one JSON text. */
  readonly type: ParameterType;
  /** For `array`: the type of one item. For `object`: of members that are not named. */
  readonly items?: ParameterType;
  /** For `object` with a style: the types of named members. */
  readonly members?: Readonly<Record<string, ParameterType>>;
  /** For `object` with a style: of a value that is none, where the contract allows one in its place. Default `string`. */
  readonly plain?: ParameterType;
  /** The media type of the field's part, where the contract names one (Encoding Object). */
  readonly contentType?: string;
  /** `multipart`: it holds files, whose parts are never read as text. */
  readonly bytes?: true;
  /** With one of these, the field is written as a query parameter would be. */
  readonly style?: "form" | "spaceDelimited" | "pipeDelimited" | "deepObject";
  readonly explode?: boolean;
  readonly allowReserved?: true;
}

/** A response that yields items in a sequential media type. */
export interface Stream {
  readonly framing: "sse" | "ndjson" | "json-seq";
  /**
   * SSE only: `data`, an item is the decoded JSON of the `data` field; `event`, an item is the whole
   * event `{ event, data, id, retry }` with `data` as text (OpenAPI 3.2).
   */
  readonly item?: "data" | "event";
  /** JSON pointer in an item to its position, sent as SSE `id` and given back on resume. */
  readonly id?: string;
  /** JSON pointer in an item to the SSE `event` name; absent, no `event` field is sent. */
  readonly event?: string;
  /** Request header that carries the last position on resume, such as `Last-Event-ID`. Absent: no resume. */
  readonly resume?: string;
  /** The item after which the stream is complete, so that its end needs no reconnect. */
  readonly terminal?: { readonly at: string; readonly values: readonly unknown[] };
  /** Seconds of silence after which the server sends a comment (SSE) or an empty line (NDJSON). */
  readonly heartbeat?: number;
}

/** One response of an operation, by status: `200`, a range such as `4XX`, or `default`. */
export interface Response {
  /** The media types of the body, preferred first. Absent: no body. */
  readonly content?: readonly Media[];
  /** Header names, in the contract's spelling, and how their text becomes a value. */
  readonly headers?: Readonly<Record<string, ResponseHeader>>;
}

/** A declared header of a response, in style `simple`. */
export interface ResponseHeader {
  readonly type: ParameterType;
  readonly required?: true;
  /** For `array`: the type of one item. For `object`: of members that are not named. */
  readonly items?: ParameterType;
  /** For `object`: the types of named members. */
  readonly members?: Readonly<Record<string, ParameterType>>;
  readonly explode?: boolean;
}

/** Alternatives of schemes that must all be satisfied; an empty list is public, `{}` is anonymous access. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

/** A way to authenticate, from the contract's `securitySchemes`. */
export interface SecurityScheme {
  readonly type: "http" | "apiKey" | "oauth2" | "openIdConnect" | "mutualTLS";
  /** `http`: `bearer`, `basic`, … in lower case. */
  readonly scheme?: string;
  /** `http` bearer: `JWT` when the token is one. */
  readonly bearerFormat?: string;
  /** `apiKey`: where it travels, and under which name. */
  readonly in?: "query" | "header" | "cookie";
  readonly name?: string;
  /** Query parameter that may carry the bearer token where a header cannot be set (`x-query-token`). */
  readonly query?: string;
}

/** Cursor pagination: where the items are, where the next cursor is, and which parameter takes it. */
export interface Pagination {
  /** JSON pointer in the response body to the array of items; `""` when the body is the array. */
  readonly items: string;
  /** JSON pointer in the response body to the next cursor; absent, null or empty means the end. */
  readonly next: string;
  /** The query parameter that takes the cursor, and its type. */
  readonly cursor: { readonly name: string; readonly type: "string" | "integer" };
}

/** One HTTP operation. */
export interface Operation {
  /** Method name on client and server, such as `createRun`. */
  readonly name: string;
  /** The contract's `operationId`, or `METHOD path` where it has none. */
  readonly id: string;
  readonly method: HttpMethod;
  /** Path template as in the contract, such as `/v1/runs/{run_id}:cancel`. */
  readonly path: string;
  /** The whole request as one object: `{ path?, query?, header?, cookie?, body? }`. Absent: takes nothing. */
  readonly request?: Schema;
  readonly parameters?: readonly Parameter[];
  /** Absent: the operation declares no body; one that comes anyway is read within limits and ignored. */
  readonly body?: { readonly required?: true; readonly content: readonly Media[] };
  readonly responses: Readonly<Record<string, Response>>;
  /** Overrides the service's security. Absent: the service's. */
  readonly security?: readonly SecurityRequirement[];
  /** An implementation may leave it out; the server then answers "not implemented". */
  readonly optional?: true;
  /** May be sent again after a failure: always, or only when an idempotency key is in the request. */
  readonly retry?: "always" | "keyed";
  /** Where the idempotency key is: JSON pointer in the request object, such as `/body/run_id`. */
  readonly idempotency?: { readonly key: string; readonly generate?: true };
  readonly pagination?: Pagination;
  readonly deprecated?: true;
  /** Where clients go for this operation, the first of them, and not to the service's servers. */
  readonly servers?: readonly ServiceServer[];
}

/** A WebSocket with typed messages both ways (`x-websocket` on a GET whose response is 101). */
export interface ChannelDescription {
  /** Method name on client and server, such as `connect`. */
  readonly name: string;
  readonly id: string;
  readonly path: string;
  readonly request?: Schema;
  readonly parameters?: readonly Parameter[];
  /** Messages from server to client, one JSON text frame each. */
  readonly receive: Schema;
  /** Messages from client to server. Absent: the client sends nothing. */
  readonly send?: Schema;
  readonly subprotocol?: string;
  readonly security?: readonly SecurityRequirement[];
  /** Application heartbeat: the client sends `ping` after `interval` seconds and may get `pong` back. */
  readonly heartbeat?: { readonly interval: number; readonly ping: unknown; readonly pong?: unknown };
  /** A frame from the client that is no declared message: ignore it, or close the socket. */
  readonly unknown?: "ignore" | "close";
  readonly resume?: {
    /** `server`: the server remembers what each peer has got. `parameter`: the client names its last position. */
    readonly cursor: "server" | "parameter";
    /** JSON pointer in a received message to an id; a message seen before is dropped. */
    readonly id?: string;
    /** With `parameter`: the query parameter that takes the last position. */
    readonly parameter?: string;
  };
  /** Close codes of the contract; `reconnect` false ends the channel for good. */
  readonly close?: Readonly<Record<number, { readonly meaning: string; readonly reconnect: boolean }>>;
}

/** How problems look on the wire: JSON pointers into the error body that this service uses. */
export interface ErrorShape {
  /** Media type of error bodies; `application/problem+json` when the contract says nothing. */
  readonly media: string;
  /** The schema of every error body, when there is one. */
  readonly schema?: Schema;
  readonly code?: string;
  readonly message?: string;
  readonly details?: string;
  readonly retryable?: string;
  /** Pointer that takes the HTTP status, as in RFC 9457. */
  readonly status?: string;
  /** The contract's own spelling and status of the kit's problem codes, where they differ. */
  readonly codes?: Readonly<Record<string, { readonly code?: string; readonly status?: number }>>;
}

/**
 * An operation that the kit answers by itself. `members` says where each fact goes in the 200 body, as a
 * JSON pointer. Facts of `health`: `status` (`ok`, `degraded`, `down`), `time` (RFC 3339), `checks`, `service`,
 * `version`, `uptime_ms`. Facts of `version`: `service`, `version`, `api_versions`.
 */
export interface Builtin {
  readonly operation: string;
  readonly members: Readonly<Record<string, string>>;
}

/** Where a service is, from the contract's `servers`. */
export interface ServiceServer {
  /** Absolute, or relative to where the contract was found; holds `{name}` for each variable. */
  readonly url: string;
  readonly description?: string;
  readonly variables?: Readonly<Record<string, ServerVariable>>;
}

/** A part of a server's URL that its callers choose. */
export interface ServerVariable {
  readonly default: string;
  /** The only values allowed. */
  readonly enum?: readonly string[];
  readonly description?: string;
}

/** What a generated package knows of one service. */
export interface ServiceDescription {
  /** Such as `runtime`. */
  readonly name: string;
  readonly title: string;
  /** `info.version` of the contract. */
  readonly version: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly channels: Readonly<Record<string, ChannelDescription>>;
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  /** Security of operations that say nothing, and of unknown routes. Absent: public. */
  readonly security?: readonly SecurityRequirement[];
  readonly errors: ErrorShape;
  readonly servers?: readonly ServiceServer[];
  /** Operations that the kit answers unless the implementation overrides them. */
  readonly builtin?: { readonly health?: Builtin; readonly version?: Builtin };
}
