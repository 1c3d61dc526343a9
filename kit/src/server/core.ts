import type { ChannelDescription, ServiceDescription } from "../operation.js";
import { Activities } from "./activities.js";
import { Authenticator } from "./auth/authenticator.js";
import type { Health, ServiceFacts } from "./builtin.js";
import { DEFAULT_BODY_LIMIT, DEFAULT_DEPTH_LIMIT, type RateGate, rateGate } from "./limits.js";
import { type Logger, loggerOf } from "./log.js";
import { Mounts } from "./mount.js";
import type { ServerOptions } from "./options.js";
import { Plan } from "./plan.js";
import { splitTarget } from "./request.js";
import { Router } from "./router.js";

/** What a path leads to. */
export type Route =
  | { readonly kind: "operation"; readonly plan: Plan }
  | { readonly kind: "channel"; readonly channel: ChannelDescription };

/** In the router a channel has a method of its own, as its GET may share the path with an operation's. */
export const SOCKET = "(socket)";

export type Method = (...parameters: unknown[]) => unknown;

/** The person-written side of a server, as the pipeline needs it. */
export interface Implementation {
  /** What the methods are called on. */
  readonly target: object;
  /** The method of an operation or channel, to be called on the target; undefined when it is not implemented. */
  method(name: string): Method | undefined;
  health(): Promise<Health>;
  /** What keeps it from serving requests now, in words; undefined for nothing. */
  obstacle(): Promise<string | undefined>;
}

/** Everything that requests of one server share. */
export class Core {
  readonly router = new Router<Route>();
  readonly mounts: Mounts | undefined;
  readonly authenticator: Authenticator;
  readonly gate: RateGate | undefined;
  readonly log: Logger;
  readonly facts: ServiceFacts;
  readonly limits: { readonly body: number; readonly depth: number };
  readonly validateResponses: boolean;
  readonly activities = new Activities();
  readonly #onDrain = new Set<() => void>();
  #draining = false;

  constructor(
    readonly service: ServiceDescription,
    readonly options: ServerOptions,
    readonly implementation: Implementation,
  ) {
    const known = new Set<string>();
    for (const operation of Object.values(service.operations)) {
      // Of two templates that match the same requests, the first has them.
      const route = `${operation.method} ${operation.path.replace(/\{[^{}]*\}/g, "{}")}`;
      if (known.has(route)) continue;
      known.add(route);
      this.router.add(operation.method, operation.path, { kind: "operation", plan: new Plan(operation, service) });
    }
    for (const channel of Object.values(service.channels)) {
      this.router.add(SOCKET, channel.path, { kind: "channel", channel });
    }
    this.mounts = options.mounts && new Mounts(options.mounts, this.router);
    this.#checkReadinessPath(options.readiness);
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

  /** Is this the path, beside the contract, at which the server says whether it is ready? */
  isReadiness(path: string): boolean {
    return path === this.options.readiness;
  }

  /** True when the server closes: new requests are turned away. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Calls an action when the server begins to close; returns how to take that back. */
  onDrain(action: () => void): () => void {
    this.#onDrain.add(action);
    return () => this.#onDrain.delete(action);
  }

  drain(): void {
    this.#draining = true;
    for (const action of [...this.#onDrain]) action();
  }

  #checkReadinessPath(path: string | undefined): void {
    if (path === undefined) return;
    if (!path.startsWith("/") || splitTarget(path).path !== path)
      throw new Error(`readiness: "${path}" is no path such as "/ready"`);
    const taken =
      this.router.find("", path).kind !== "none" ? "the contract has" : this.mounts?.find(path) && "a mount has";
    if (taken) throw new Error(`readiness: ${taken} the path "${path}"`);
  }
}
