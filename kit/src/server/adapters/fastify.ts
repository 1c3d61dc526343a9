import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyPluginAsync, FastifyServerOptions } from "fastify"; // types only: the kit does not depend on it
import { type Handler, serve } from "./node.js";
import { SocketHost, type UpgradeHandler } from "./socket.js";

/**
 * A Fastify plugin that answers everything below its prefix: `app.register(toFastify(server), { prefix: "/runtime" })`.
 * Bodies reach the server raw, and errors have the protocol's own shape. Fastify itself answers paths with a
 * broken percent-encoding before any plugin sees them: give it `frameworkErrors: fastifyErrors(server)` too.
 */
export function toFastify(server: UpgradeHandler & { close(): Promise<void> }): FastifyPluginAsync {
  return async (fastify) => {
    const { prefix } = fastify;
    const sockets = new SocketHost(server);
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser("*", (_request, _payload, done) => done(null));
    fastify.all("/*", async ({ raw }, reply) => {
      reply.hijack();
      serve(server, raw, reply.raw, below(prefix, raw.url ?? "/"));
    });
    fastify.server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      const target = below(prefix, incoming.url ?? "/");
      if (target !== undefined) void sockets.accept(incoming, socket, head, target).catch(() => socket.destroy());
    });
    // Not `onClose`: that waits for connections to end, and channels end only when the server closes them.
    fastify.addHook("preClose", () => server.close());
  };
}

/** For Fastify's `frameworkErrors` option: what Fastify cannot route is answered by the server. */
export function fastifyErrors(server: Handler): NonNullable<FastifyServerOptions["frameworkErrors"]> {
  return (_error, { raw }, reply) => {
    reply.hijack();
    serve(server, raw, reply.raw);
  };
}

/** The target after a prefix; undefined when it is not below it. */
function below(prefix: string, target: string): string | undefined {
  if (prefix === "" || prefix === "/") return target;
  return target.startsWith(`${prefix}/`) ? target.slice(prefix.length) : undefined;
}
