import type { ChannelDescription, Operation, ServiceDescription } from "../operation.js";
import { Authenticator } from "./auth/authenticator.js";
import type { Health, ServiceFacts } from "./builtin.js";
import { DEFAULT_BODY_LIMIT, DEFAULT_DEPTH_LIMIT, type RateGate, rateGate } from "./limits.js";
import { type Logger, loggerOf } from "./log.js";
import type { ServerOptions } from "./options.js";
import { Router } from "./router.js";

/** What a path leads to. */
export type Route =
  | { readonly kind: "operation"; readonly operation: Operation }
  | { readonly kind: "channel"; readonly channel: ChannelDescription };

/** In the router a channel has a method of its own, as its GET may share the path with an operation's. */
export const SOCKET = "(socket)";

export type Method = (...parameters: unknown[]) => unknown;

/** The person-written side of a server, as the pipeline needs it. */
export interface Implementation {
  /** The method of an operation or channel, bound; undefined when it is not implemented. */
  method(name: string): Method | undefined;
  health(): Promise<Health>;
}

/** Everything that requests of one server share. */
export class Core {
  readonly router = new Router<Route>();
  readonly authenticator: Authenticator;
  readonly gate: RateGate | undefined;
  readonly log: Logger;
  readonly facts: ServiceFacts;
  readonly limits: { readonly body: number; readonly depth: number };
  readonly validateResponses: boolean;
  /** Set when the server begins to close: new requests are turned away. */
  draining = false;
  /** Requests, streams and channels that are under way. */
  readonly active = new Set<AbortController>();

  constructor(
    readonly service: ServiceDescription,
    readonly options: ServerOptions,
    readonly implementation: Implementation,
  ) {
    for (const operation of Object.values(service.operations)) {
      this.router.add(operation.method, operation.path, { kind: "operation", operation });
    }
    for (const channel of Object.values(service.channels)) {
      this.router.add(SOCKET, channel.path, { kind: "channel", channel });
    }
    this.authenticator = new Authenticator(service, options.auth ?? { mode: "disabled" });
    this.gate = rateGate(options.limits?.rate);
    this.log = loggerOf(options.logger, service.name);
    this.limits = {
      body: options.limits?.body ?? DEFAULT_BODY_LIMIT,
      depth: options.limits?.depth ?? DEFAULT_DEPTH_LIMIT,
    };
    this.validateResponses = options.validateResponses ?? true;
    this.facts = {
      service: options.name ?? `agentwire-${service.name}`,
      version: options.version ?? "0.0.0",
      apiVersions: [service.version],
      startedAt: Date.now(),
    };
  }
}
