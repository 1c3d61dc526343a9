/** The client runtime: what generated clients extend, and what their users configure and catch. */

export { StreamLimitError, StreamSyntaxError } from "../streams/limits.js";
export type { SseEvent } from "../streams/sse.js";
export {
  type Auth,
  type AuthContext,
  type AuthProvider,
  apiKey,
  authentication,
  basic,
  bearer,
  type Credentials,
  type TokenSource,
  tokenAuthentication,
} from "./auth.js";
export { Call } from "./call.js";
export { type Caller, type CallerOptions, createCaller, type PlainOptions } from "./caller.js";
export type { ChannelState, ClientChannel } from "./channel/channel.js";
export type { SocketEvent, WebSocketFactory, WebSocketInit, WebSocketLike } from "./channel/socket.js";
export { Client } from "./client.js";
export {
  AbortedError,
  AgentwireError,
  ApiError,
  BadRequestError,
  ChannelClosedError,
  ChannelOverflowError,
  ConflictError,
  ConnectionError,
  ForbiddenError,
  InvalidRequestError,
  InvalidResponseError,
  NotFoundError,
  PayloadTooLargeError,
  RateLimitedError,
  ServerError,
  TimeoutError,
  UnauthorizedError,
  UnexpectedResponseError,
  UnprocessableError,
} from "./errors.js";
export { fields } from "./fields.js";
export { interception } from "./interception.js";
export { media } from "./media.js";
export type {
  CallOptions,
  ChannelOptions,
  ClientOptions,
  ClientTransport,
  Disconnect,
  HeaderValues,
  InvalidMessage,
  Middleware,
  StreamOptions,
  Validation,
} from "./options.js";
export { PagedCall, type PagedRow, paginate } from "./page.js";
export type { Part, Send } from "./part.js";
export type { Answer, CallResponse } from "./plan.js";
export { followRedirects } from "./redirects.js";
export { retries } from "./retry.js";
export { retryAfter } from "./retry-after.js";
export type { CallRow, RequestObject, Row, SentAs, ServiceFacts, Streamed, StreamRow, WithBody } from "./row.js";
export { ownServers, type ServerChoice, serverUrl, withServer } from "./servers.js";
export type { ItemStream, StreamResponse } from "./stream/stream.js";
export { styles } from "./styles.js";
export { validation } from "./validation.js";
