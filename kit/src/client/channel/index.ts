/** WebSocket channels with typed messages both ways. */

import type { Client } from "../client.js";
import type { ChannelOptions } from "../options.js";
import { own } from "../own.js";
import type { RequestObject } from "../row.js";
import { ClientChannel } from "./channel.js";

export { type ChannelState, ClientChannel } from "./channel.js";
export { nodeWebSocket } from "./node.js";
export {
  type SocketEvent,
  standardWebSocket,
  type WebSocketFactory,
  type WebSocketInit,
  type WebSocketLike,
} from "./socket.js";

/** Opens a channel of a client's service, at once; it stays open until it is closed. */
export function openChannel<In, Out = never>(
  { engine }: Client,
  name: string,
  request: RequestObject = {},
  options: ChannelOptions = {},
): ClientChannel<In, Out> {
  const { service } = engine;
  const description = own(service?.channels, name);
  if (service === undefined || description === undefined) throw new TypeError(`no channel named ${name}`);
  return new ClientChannel<In, Out>(engine, service, description, request, options);
}
