import { Call } from "./call.js";
import type { Core, Route } from "./core.js";
import { SOCKET } from "./core.js";
import { corsHeaders, isPreflight, preflightResponse } from "./cors.js";
import { Exchange } from "./exchange.js";
import { failure, leaving } from "./failure.js";
import { silent } from "./log.js";
import { callMount, type MountMatch } from "./mount.js";
import { Problem } from "./problem.js";
import { proceed } from "./proceed.js";
import { answerReadiness } from "./readiness.js";
import { splitTarget, type UniversalRequest } from "./request.js";
import { byteLength } from "./respond.js";
import type { UniversalResponse } from "./response.js";
import type { RouteResult } from "./router.js";

/**
 * Answers a request: route → limits → authenticate → parse → validate → method → validate → serialise. `respond` is
 * called once, whatever happens: a failure becomes a response in the protocol's own shape.
 *
 * Each step calls the next and waits only for what is a promise. Most requests wait for their body and for their
 * method; every other turn of the event loop would be a cost to all of them.
 */
export function handle(core: Core, request: UniversalRequest, respond: (response: UniversalResponse) => void): void {
  const exchange = new Exchange(core, request);
  const done = (response: UniversalResponse): void => respond(finish(exchange, response));
  const fail = (error: unknown): void => done(failure(exchange, error));
  try {
    const { path, query } = splitTarget(request.target);
    const found = core.router.find(request.method, path);
    const match = found.kind === "found" ? found.match : undefined;
    const plan = match?.route.kind === "operation" ? match.route.plan : undefined;
    const mount = found.kind === "none" ? core.mounts?.find(path) : undefined;
    if (plan) exchange.operation = plan.operation.name;
    if (core.draining && plan?.builtin !== "health") throw leaving();
    const admitted = (): void => {
      if (core.options.cors && isPreflight(request) && (found.kind !== "none" || mount)) {
        done(preflightResponse(core.options.cors, request, allowed(found, mount)));
      } else if (match && plan) new Call(exchange, plan, done, fail).start(match.values, query);
      else if (mount) proceed(callMount(exchange, mount), done, fail);
      else if (core.isReadiness(path)) proceed(answerReadiness(core, request), done, fail);
      else proceed(unrouted(exchange, found), done, fail);
    };
    proceed(core.gate?.(request), admitted, fail);
  } catch (error) {
    fail(error);
  }
}

/** Unknown paths and methods; a stranger who may not call anything learns nothing about them. */
async function unrouted(exchange: Exchange, found: RouteResult<Route>): Promise<UniversalResponse> {
  const { core, request } = exchange;
  const open = found.kind === "method" && found.routes.every((route) => isPublic(core, route));
  if (!open) await core.authenticator.authenticate(core.service.security, request);
  if (found.kind === "none") throw new Problem("route_not_found");
  const methods = allowed(found);
  if (methods.length === 0) {
    throw new Problem("invalid_request", "This path takes WebSocket connections only.", {
      status: 426,
      headers: { upgrade: "websocket" },
    });
  }
  const allow = methods.join(", ");
  if (request.method === "OPTIONS") return { status: 204, headers: { allow } };
  throw new Problem("method_not_allowed", undefined, { headers: { allow } });
}

/** Adds what every response has, and notes that this one is on its way. */
function finish(exchange: Exchange, { status, headers, body }: UniversalResponse): UniversalResponse {
  const { core, request } = exchange;
  headers["x-request-id"] = exchange.id;
  if (core.options.cors) Object.assign(headers, corsHeaders(core.options.cors, request));
  const streaming = typeof body === "object" && !(body instanceof Uint8Array);
  const empty = status === 204 || status === 304;
  if (!streaming && !empty) headers["content-length"] = String(byteLength(body));
  const response: UniversalResponse = { status, headers };
  if (request.method !== "HEAD" && !empty) {
    if (body !== undefined) response.body = body;
  } else if (streaming) void body[Symbol.asyncIterator]().return?.();
  if (!streaming) exchange.end();
  if (core.log === silent) return response;
  const { id: requestId, operation } = exchange;
  core.log.info({ requestId, operation, method: request.method, status, ms: exchange.elapsed }, "answered");
  return response;
}

function allowed(found: RouteResult<Route>, mounted?: MountMatch): readonly string[] {
  if (mounted) return mounted.mount.methods;
  if (found.kind !== "method") return [];
  const methods = found.methods.filter((method) => method !== SOCKET);
  if (methods.length === 0) return [];
  return [...new Set([...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"])];
}

function isPublic(core: Core, route: Route): boolean {
  const security = route.kind === "operation" ? route.plan.security : (route.channel.security ?? core.service.security);
  return (security ?? []).length === 0;
}
