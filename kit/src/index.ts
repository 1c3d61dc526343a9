/** Shared by generated clients and servers: the row types of their tables, and validation. */
export * from "./operation.js";
export type { SseEvent } from "./streams/sse.js";
export type { Unrecognized } from "./unrecognized.js";
export * from "./validation/index.js";
