import type { IncomingMessage, ServerResponse } from "node:http";
import { type Handler, serve } from "./node.js";

export interface ExpressOptions {
  /** Leave paths that the contract does not have to the next middleware, instead of answering 404. Default false. */
  readonly passthrough?: boolean;
}

/**
 * An Express middleware: `app.use(toExpress(server))`, or below a path. Mount it before body parsers, as it
 * reads bodies itself. For channels: `http.on("upgrade", new SocketHost(server).upgrade)`.
 */
export function toExpress(
  server: Handler & { has(target: string): boolean },
  { passthrough = false }: ExpressOptions = {},
): (incoming: IncomingMessage, outgoing: ServerResponse, next: (error?: unknown) => void) => void {
  return (incoming, outgoing, next) => {
    // Express has removed the mount path from `url`.
    if (passthrough && !server.has(incoming.url ?? "/")) return next();
    serve(server, incoming, outgoing);
  };
}
