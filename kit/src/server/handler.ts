import { violationsOf } from "../validation/index.js";
import type { Principal } from "./auth/principal.js";
import type { DecodedBody } from "./body.js";
import { type Health, healthBody, versionBody } from "./builtin.js";
import type { Core, Method, Route } from "./core.js";
import { SOCKET } from "./core.js";
import { corsHeaders, isPreflight, preflightResponse } from "./cors.js";
import { Exchange } from "./exchange.js";
import { acceptable } from "./negotiate.js";
import type { Plan } from "./plan.js";
import { Problem } from "./problem.js";
import type { RequestContents, UniversalRequest } from "./request.js";
import { splitTarget } from "./request.js";
import { answerOf, byteLength, ContractViolation, encodeAnswer } from "./respond.js";
import type { UniversalResponse } from "./response.js";
import type { RouteResult } from "./router.js";
import { InvalidItem, openStream } from "./stream.js";
import { invalidRequest } from "./validate.js";

/** Answers a request. Never rejects: whatever happens becomes a response in the protocol's own shape. */
export async function handle(core: Core, request: UniversalRequest): Promise<UniversalResponse> {
  const exchange = new Exchange(core, request);
  let response: UniversalResponse;
  try {
    response = await answer(exchange);
  } catch (error) {
    response = failure(exchange, error);
  }
  return finish(exchange, response);
}

/**
 * Route → limits → authenticate → parse → validate → method → validate → serialise. Each step waits only for what
 * is a promise: most requests wait for their body and for their method, and for nothing else.
 */
async function answer(exchange: Exchange): Promise<UniversalResponse> {
  const { core, request } = exchange;
  const { path, query } = splitTarget(request.target);
  const found = core.router.find(request.method, path);
  const route = found.kind === "found" ? found.match.route : undefined;
  const plan = route?.kind === "operation" ? route.plan : undefined;
  if (plan) exchange.operation = plan.operation.name;
  if (core.draining && plan?.builtin !== "health") throw leaving();
  if (core.gate) await core.gate(request);
  if (core.options.cors && isPreflight(request) && found.kind !== "none") {
    return preflightResponse(core.options.cors, request, allowed(found));
  }
  if (found.kind !== "found" || !plan) return await unrouted(exchange, found);
  const identified = core.authenticator.authenticate(plan.security, request);
  const principal = identified instanceof Promise ? await identified : (identified as Principal | undefined);
  const method = methodOf(core, plan);
  refuseUnacceptable(plan, request);
  const contents: RequestContents = plan.parameters.read({
    path: found.match.variables,
    query,
    headers: request.headers,
  });
  const body = await plan.body.read(request, core.limits);
  const { request: schema } = plan.operation;
  if (schema) {
    const wrong = violationsOf(schema.validator ?? (await schema.load()), judgedContents(contents, body));
    if (wrong.length > 0) throw invalidRequest(wrong);
  }
  if (body.value !== undefined) contents.body = body.value;
  const result = await method.call(core.implementation.target, contents, exchange.context(principal));
  return await respond(exchange, plan, result);
}

/** What the schema judges: the contents, with text in the place of files and bytes. */
function judgedContents(contents: RequestContents, { judged }: DecodedBody): RequestContents {
  return judged === undefined ? contents : { ...contents, body: judged };
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

async function respond(exchange: Exchange, plan: Plan, result: unknown): Promise<UniversalResponse> {
  const { core, request } = exchange;
  const check = core.validateResponses;
  const found = answerOf(plan, result, request.headers["accept"], check);
  if (found.media?.format !== "stream") return await encodeAnswer(found, check);
  if (!isIterable(found.body)) throw new ContractViolation("a stream operation must return an async iterable");
  const body = await openStream(found.body, found.media, {
    validate: check,
    signal: exchange.signal,
    onEnd: (error) => {
      if (error !== undefined) report(exchange, error);
      exchange.end();
    },
  });
  const headers = { "content-type": found.media.type, "cache-control": "no-cache", "x-accel-buffering": "no" };
  return { status: found.status, headers: { ...headers, ...found.headers }, body };
}

/** The written method, the kit's built-in answer, or the problem `not_implemented`. */
function methodOf(core: Core, { operation, builtin }: Plan): Method {
  const method = core.implementation.method(operation.name);
  if (method) return method;
  const { health, version } = core.service.builtin ?? {};
  if (builtin === "version" && version) return () => versionBody(version, core.facts);
  if (builtin === "health" && health) {
    return async () => {
      return healthBody(health, core.facts, await stateOf(core));
    };
  }
  throw new Problem("not_implemented");
}

async function stateOf(core: Core): Promise<Health> {
  if (core.draining) return { status: "down" };
  try {
    return await core.implementation.health();
  } catch (error) {
    core.log.error({ err: error }, "the health check failed");
    return { status: "down" };
  }
}

function refuseUnacceptable(plan: Plan, request: UniversalRequest): void {
  const contents = plan.declaredFor(plan.successStatus)?.content;
  if (!contents || contents.length === 0 || acceptable(contents, request.headers["accept"])) return;
  const types = contents.map(({ type }) => type).join(", ");
  throw new Problem("not_acceptable", `This operation answers with ${types}.`);
}

/** Any failure as a response: a problem as it is, everything else as `internal_error` without a word of why. */
export function failure(exchange: Exchange, error: unknown): UniversalResponse {
  const problem = error instanceof Problem ? error : new Problem("internal_error");
  if (!(error instanceof Problem) || error.cause !== undefined) report(exchange, error);
  return problem.toResponse(exchange.core.service.errors);
}

function report(exchange: Exchange, error: unknown): void {
  const { log, operation } = exchange;
  if (exchange.request.signal.aborted) {
    log.debug({ operation }, "the client left");
  } else if (error instanceof ContractViolation || error instanceof InvalidItem) {
    const found = error.violations.map(({ pointer, keyword, message }) => ({ pointer, keyword, message }));
    log.error({ operation, violations: found }, error.message);
  } else {
    log.error({ operation, err: error }, "the request failed");
  }
}

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
  const { id: requestId, operation } = exchange;
  core.log.info({ requestId, operation, method: request.method, status, ms: exchange.elapsed }, "answered");
  return response;
}

function allowed(found: RouteResult<Route>): string[] {
  if (found.kind !== "method") return [];
  const methods = found.methods.filter((method) => method !== SOCKET);
  if (methods.length === 0) return [];
  return [...new Set([...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"])];
}

function isPublic(core: Core, route: Route): boolean {
  const security = route.kind === "operation" ? route.plan.security : (route.channel.security ?? core.service.security);
  return (security ?? []).length === 0;
}

/** The answer while the server closes; the client should take another connection. */
export function leaving(): Problem {
  return new Problem("unavailable", "The server is shutting down.", { headers: { connection: "close" } });
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
