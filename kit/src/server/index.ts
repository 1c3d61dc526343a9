/** The server kit: what generated server bases inherit, and what implementations use beside them. */
export { toNode } from "./adapters/node.js";
export { SocketHost } from "./adapters/socket.js";
export * from "./auth/index.js";
export type { Health } from "./builtin.js";
export { ChannelClosed, type ChannelOptions, InvalidMessage, ServerChannel } from "./channel.js";
export type { CorsOptions } from "./cors.js";
export type { EagerIterator } from "./item-stream.js";
export type { Limits, RateLimit } from "./limits.js";
export type { Listening, ListenOptions, Timeouts } from "./listen.js";
export { type Logger, loggerOf, silent } from "./log.js";
export { inMemory, type MemoryTransport } from "./memory.js";
export { MemorySocket, SocketCloseEvent } from "./memory-socket.js";
export { type Mount, type MountedRequest, type MountTable, mountFetch } from "./mount.js";
export type { ServerOptions, StreamingOptions } from "./options.js";
export { Problem, type ProblemCode, type ProblemOptions } from "./problem.js";
export type { RequestContents, RequestContext, UniversalRequest } from "./request.js";
export {
  type Awaitable,
  type HeaderValue,
  type HeaderValues,
  Reply,
  reply,
  type UniversalResponse,
} from "./response.js";
export { Server } from "./server.js";
export { shareItem } from "./shared-item.js";
