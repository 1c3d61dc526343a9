import type { Operation, ServiceDescription } from "../operation.js";
import type { Part } from "./part.js";

/** One place of the request object, such as its `query`. */
export type Values = Readonly<Record<string, unknown>> | undefined;

/** The request object of every operation: one member a place, each by the contract's own spelling. */
export interface RequestObject {
  readonly path?: Values;
  readonly query?: Values;
  readonly header?: Values;
  readonly cookie?: Values;
  readonly body?: unknown;
}

/** A request whose body is sent as it comes: bytes, or items of a stream. It can be sent only once. */
export type Streamed<Request, Body = ReadableStream<Uint8Array>> = Omit<Request, "body"> & { readonly body: Body };

/** A request whose body is of some of the operation's media types. */
export type WithBody<Request, Body> = Omit<Request, "body"> &
  (Request extends { readonly body: unknown } ? { readonly body: Body } : { readonly body?: Body });

/** What a client needs to know of a service beside its operations. */
export type ServiceFacts = Pick<ServiceDescription, "name" | "securitySchemes" | "security" | "errors" | "servers">;

/** What a client needs of an operation to call it: a row of a service's table is one. */
export type Row = Pick<Operation, "name" | "method" | "path"> &
  Partial<Operation> & {
    /** What this operation needs beyond JSON and the default styles. */
    readonly parts?: readonly Part[];
  };

/** A row that knows its types, and names the parts that it needs: a generated `calls` module has one an operation. */
export type CallRow<Request = unknown, Body = unknown, Header = object> = Row & {
  /** For the compiler alone: never there at run time. */
  readonly types: { readonly request: Request; readonly body: Body; readonly header: Header };
};

/** The row of an operation that answers with a stream. */
export type StreamRow<Request = unknown, Item = unknown> = Row & {
  /** For the compiler alone: never there at run time. */
  readonly types: { readonly request: Request; readonly item: Item };
};

/** A request whose options have to say which media type its body is sent as. */
export interface SentAs<Request, Type extends string> {
  /** For the compiler alone: never there at run time. */
  readonly sent: { readonly request: Request; readonly as: Type };
}

/** The arguments of a call: the request may be left out where it may be undefined. */
export type Arguments<Request, Options> =
  | Chosen<Exclude<Request, SentAs<unknown, string>>, Options>
  | Named<Request, Options>;

type Chosen<Request, Options> = undefined extends Request
  ? [request?: Request, options?: Options]
  : [request: Request, options?: Options];

type Named<Request, Options> =
  Request extends SentAs<infer Sent, infer Type>
    ? [request: Sent, options: Options & { readonly contentType: Type }]
    : never;
