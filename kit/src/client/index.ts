/** The client runtime: what generated clients extend, and what their users configure and catch. */

export { StreamLimitError, StreamSyntaxError } from "../streams/limits.js";
export type { SseEvent } from "../streams/sse.js";
export {
  type AuthContext,
  type AuthProvider,
  apiKey,
  basic,
  bearer,
  type Credentials,
  type TokenSource,
} from "./auth.js";
export { Call } from "./call.js";
export { type ChannelState, ClientChannel } from "./channel.js";
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
export { nodeWebSocket } from "./node.js";
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
export { PagedCall } from "./page.js";
export type { RequestObject } from "./request.js";
export type { CallResponse } from "./response.js";
export {
  type SocketEvent,
  standardWebSocket,
  type WebSocketFactory,
  type WebSocketInit,
  type WebSocketLike,
} from "./socket.js";
export { ItemStream, type StreamResponse } from "./stream.js";
