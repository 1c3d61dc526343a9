import type { ChannelDescription } from "../operation.js";
import type { Principal } from "./auth/principal.js";
import { ChannelClosed, type ChannelSocket, InvalidMessage, ServerChannel } from "./channel.js";
import { type Core, type Method, SOCKET } from "./core.js";
import { mayOpenSocket } from "./cors.js";
import { Exchange } from "./exchange.js";
import { failure, leaving } from "./failure.js";
import { ParameterReader } from "./parameters.js";
import { Problem } from "./problem.js";
import { type RequestContents, splitTarget, type UniversalRequest } from "./request.js";
import { byteLength } from "./respond.js";
import type { UniversalResponse } from "./response.js";
import { invalidRequest, violations } from "./validate.js";

/** An upgrade that may go ahead. */
export interface AcceptedChannel {
  /** The subprotocol to answer with, if the client offered the contract's. */
  readonly protocol: string | undefined;
  /** Runs the channel's method on the open socket; settles when it is over, never rejects. */
  run(socket: ChannelSocket): Promise<void>;
  /** Call it instead of `run` when the handshake failed. */
  abandon(): void;
}

/** Decides on an upgrade: the channel, or the HTTP response that refuses it. Never rejects. */
export async function upgrade(core: Core, request: UniversalRequest): Promise<UniversalResponse | AcceptedChannel> {
  const exchange = new Exchange(core, request);
  try {
    return await accept(exchange);
  } catch (error) {
    const response = failure(exchange, error);
    exchange.end();
    exchange.log.info({ operation: exchange.operation, status: response.status }, "upgrade refused");
    const size = String(byteLength(response.body as string));
    return { ...response, headers: { ...response.headers, "content-length": size, "x-request-id": exchange.id } };
  }
}

async function accept(exchange: Exchange): Promise<AcceptedChannel> {
  const { core, request } = exchange;
  if (core.draining) throw leaving();
  await core.gate?.(request);
  const target = splitTarget(request.target);
  const found = request.method === "GET" ? core.router.find(SOCKET, target.path) : ({ kind: "none" } as const);
  if (found.kind !== "found" || found.match.route.kind !== "channel") {
    await core.authenticator.authenticate(core.service.security, request, true);
    if (found.kind === "method") throw new Problem("invalid_request", "This path takes no WebSocket connections.");
    throw new Problem("route_not_found");
  }
  const { channel } = found.match.route;
  exchange.operation = channel.name;
  if (!mayOpenSocket(core.options.cors, request)) throw new Problem("forbidden", "This origin may not open sockets.");
  const principal = await core.authenticator.authenticate(channel.security ?? core.service.security, request, true);
  const method = core.implementation.method(channel.name);
  if (!method) throw new Problem("not_implemented");
  const reader = new ParameterReader(channel.parameters ?? [], channel.path);
  const contents = reader.read(found.match.values, target.query, request.headers);
  const wrong = await violations(channel.request, contents);
  if (wrong.length > 0) throw invalidRequest(wrong);
  return {
    protocol: offered(request, channel.subprotocol),
    run: (socket) => run(exchange, channel, method, contents, principal, socket),
    abandon: () => exchange.end(),
  };
}

async function run(
  exchange: Exchange,
  description: ChannelDescription,
  method: Method,
  contents: RequestContents,
  principal: Principal | undefined,
  socket: ChannelSocket,
): Promise<void> {
  const { core, log } = exchange;
  const options = { ...core.options.channels, validate: core.validateResponses, log };
  const channel = new ServerChannel(socket, description, options);
  const leave = (): void => channel.close(1001, "the server is shutting down");
  const undo = core.onDrain(leave);
  exchange.onAbort = leave;
  log.info({ operation: description.name }, "channel opened");
  // A method that outlives its channel is not waited for; its signal tells it.
  call(exchange, method, contents, principal, channel).then(
    () => channel.close(1000),
    (error: unknown) => {
      channel.close(...closeFor(error));
      const expected = error instanceof Problem || (error instanceof ChannelClosed && channel.isClosed);
      const found = error instanceof InvalidMessage ? { violations: error.violations } : { err: error };
      if (!expected) log.error({ operation: description.name, ...found }, "the channel failed");
    },
  );
  exchange.forgetRequest();
  const { code } = await channel.closed;
  undo();
  exchange.end();
  log.info({ operation: description.name, code, ms: exchange.elapsed }, "channel closed");
}

/** Apart from `run`, which would keep the context in memory for as long as the channel is open. */
async function call(
  exchange: Exchange,
  method: Method,
  contents: RequestContents,
  principal: Principal | undefined,
  channel: ServerChannel,
): Promise<void> {
  await method.call(exchange.core.implementation.target, contents, channel, exchange.context(principal, channel));
}

/** The close frame for what a method threw: a refusal (1008) says why by its code, a failure (1011) says nothing. */
function closeFor(error: unknown): [code: number, reason: string] {
  if (error instanceof Problem && error.code !== "internal_error") return [1008, error.code.slice(0, 120)];
  return [1011, "internal error"];
}

function offered(request: UniversalRequest, subprotocol: string | undefined): string | undefined {
  const names = request.headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim()) ?? [];
  return subprotocol !== undefined && names.includes(subprotocol) ? subprotocol : undefined;
}
