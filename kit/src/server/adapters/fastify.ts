import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { ChannelOptions } from "../channel.js";
import { serve } from "./node.js";
import { SocketHost, type UpgradeHandler } from "./socket.js";

/** The part of a Fastify instance that the plugin uses; structural, so that the kit does not depend on Fastify. */
export interface FastifyLike {
  readonly server: unknown;
  readonly prefix: string;
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown;
  all(path: string, handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => unknown): unknown;
  addHook(name: "onClose", hook: () => Promise<void>): unknown;
}

interface FastifyRequestLike {
  readonly raw: IncomingMessage;
}

interface FastifyReplyLike {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

/**
 * A Fastify plugin that answers everything below its prefix: `app.register(toFastify(server), { prefix: "/runtime" })`.
 * Bodies reach the server raw, and errors have the protocol's own shape. Fastify itself answers paths with a
 * broken percent-encoding before any plugin sees them: give it `frameworkErrors: fastifyErrors(server)` too.
 */
export function toFastify(
  server: UpgradeHandler & { close(): Promise<void> },
  options: ChannelOptions = {},
): (fastify: FastifyLike) => Promise<void> {
  return async (fastify) => {
    const { prefix } = fastify;
    const sockets = new SocketHost(server, options);
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser("*", (_request, _payload, done) => done(null));
    const answer = async ({ raw }: FastifyRequestLike, reply: FastifyReplyLike): Promise<void> => {
      reply.hijack();
      await serve(server, raw, reply.raw, below(prefix, raw.url ?? "/"));
    };
    fastify.all("/*", answer);
    const upgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const target = below(prefix, incoming.url ?? "/");
      if (target !== undefined) void sockets.accept(incoming, socket, head, target);
    };
    (fastify.server as HttpServer).on("upgrade", upgrade);
    fastify.addHook("onClose", () => server.close());
  };
}

/** For Fastify's `frameworkErrors` option: what Fastify cannot route is answered by the server. */
export function fastifyErrors(
  server: UpgradeHandler,
): (error: Error, request: FastifyRequestLike, reply: FastifyReplyLike) => void {
  return (_error, { raw }, reply) => {
    reply.hijack();
    void serve(server, raw, reply.raw);
  };
}

/** The target after a prefix; undefined when it is not below it. */
function below(prefix: string, target: string): string | undefined {
  if (prefix === "" || prefix === "/") return target;
  return target.startsWith(`${prefix}/`) ? target.slice(prefix.length) : undefined;
}
