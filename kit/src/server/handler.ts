import type { Media } from "../operation.js";
import { type Validator, violationsOf } from "../validation/index.js";
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
import { type Answer, answerOf, byteLength, ContractViolation, encodeAnswer } from "./respond.js";
import type { Awaitable, UniversalResponse } from "./response.js";
import type { RouteResult } from "./router.js";
import { InvalidItem, openStream } from "./stream.js";
import { invalidRequest } from "./validate.js";

/**
 * Answers a request. Never rejects: whatever happens becomes a response in the protocol's own shape.
 *
 * Route → limits → authenticate → parse → validate → method → validate → serialise, in one function that waits only
 * for what is a promise. Most requests wait for their body and for their method; each more would cost every request.
 */
export async function handle(core: Core, request: UniversalRequest): Promise<UniversalResponse> {
  const exchange = new Exchange(core, request);
  try {
    const { path, query } = splitTarget(request.target);
    const found = core.router.find(request.method, path);
    const plan = planOf(found);
    if (plan) exchange.operation = plan.operation.name;
    if (core.draining && plan?.builtin !== "health") throw leaving();
    if (core.gate) await core.gate(request);
    if (core.options.cors && isPreflight(request) && found.kind !== "none") {
      return finish(exchange, preflightResponse(core.options.cors, request, allowed(found)));
    }
    if (found.kind !== "found" || !plan) return finish(exchange, await unrouted(exchange, found));
    const caller = core.authenticator.authenticate(plan.security, request);
    const principal = isPending(caller) ? await caller : caller;
    const method = methodOf(core, plan);
    refuseUnacceptable(plan, request);
    const contents = plan.parameters.read(found.match.values, query, request.headers);
    const read = plan.body.read(request, core.limits);
    const body = isPending(read) ? await read : read;
    const { request: schema } = plan.operation;
    check(schema && (schema.validator ?? (await schema.load())), contents, body);
    const result = method.call(core.implementation.target, contents, exchange.context(principal));
    const response = respond(exchange, plan, isPending(result) ? await result : result);
    return finish(exchange, isPending(response) ? await response : response);
  } catch (error) {
    return finish(exchange, failure(exchange, error));
  }
}

/** Judges the contents, with text in the place of files and bytes, and adds the body to them. */
function check(validator: Validator | undefined, contents: RequestContents, { value, judged }: DecodedBody): void {
  if (judged !== undefined) contents.body = judged;
  if (validator && !validator(contents)) throw invalidRequest(violationsOf(validator, contents));
  if (value !== judged) contents.body = value;
}

function planOf(found: RouteResult<Route>): Plan | undefined {
  return found.kind === "found" && found.match.route.kind === "operation" ? found.match.route.plan : undefined;
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

function respond(exchange: Exchange, plan: Plan, result: unknown): Awaitable<UniversalResponse> {
  const { validateResponses } = exchange.core;
  const found = answerOf(plan, result, exchange.request.headers["accept"], validateResponses);
  if (found.media?.format === "stream") return respondStream(exchange, found, found.media);
  return encodeAnswer(found, validateResponses);
}

async function respondStream(exchange: Exchange, found: Answer, media: Media): Promise<UniversalResponse> {
  if (!isIterable(found.body)) throw new ContractViolation("a stream operation must return an async iterable");
  const body = await openStream(found.body, media, {
    validate: exchange.core.validateResponses,
    signal: exchange.signal,
    onEnd: (error) => {
      if (error !== undefined) report(exchange, error);
      exchange.end();
    },
  });
  const headers = { "content-type": media.type, "cache-control": "no-cache", "x-accel-buffering": "no" };
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

function isPending<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
